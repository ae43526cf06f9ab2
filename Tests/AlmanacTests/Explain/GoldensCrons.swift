extension ExplanationTests.Golden {
  static let crons: [Self] = [
    Self(
      "crontab", "UTC", "* * * * *",
      "Every minute, UTC.",
      "每分钟（UTC）。"),
    Self(
      "crontab", "UTC", "*/5 * * * *",
      "Every 5 minutes, UTC.",
      "每 5 分钟（UTC）。"),
    Self(
      "crontab", "America/New_York", "*/5 * * * *",
      "Every 5 minutes, America/New_York time.",
      "每 5 分钟（America/New_York 时间）。"),
    Self(
      "crontab", "America/New_York", "*/7 8-18 1-15 1,6 *",
      "At every 7th minute from minute 0 to 56 past hours 8 to 18 on days 1 to 15 of January and June, America/New_York time.",
      "每年 1 月、6 月的 1 日至 15 日 8–18 点的第 0 分起每 7 分钟（至第 56 分）（America/New_York 时间）。"),
    Self(
      "crontab", "Europe/Paris", "0 9 * * MON-FRI",
      "At 09:00 on Monday to Friday, Europe/Paris time.",
      "每周一至周五 09:00（Europe/Paris 时间）。"),
    Self(
      "crontab", "Asia/Shanghai", "0 9 * * MON-FRI",
      "At 09:00 on Monday to Friday, Asia/Shanghai time.",
      "每周一至周五 09:00（Asia/Shanghai 时间）。"),
    Self(
      "crontab", "UTC", "0,30 9-17 * * *",
      "At minutes 0 and 30 past hours 9 to 17, UTC.",
      "9–17 点的第 0、30 分（UTC）。"),
    Self(
      "crontab", "UTC", "*/30 * * * *",
      "Every 30 minutes, UTC.",
      "每 30 分钟（UTC）。"),
    Self(
      "crontab", "UTC", "0 * * * *",
      "Every hour, on the hour, UTC.",
      "每小时整点（UTC）。"),
    Self(
      "crontab", "UTC", "30 * * * *",
      "At minute 30 of every hour, UTC.",
      "每小时的第 30 分（UTC）。"),
    Self(
      "crontab", "UTC", "0 */2 * * *",
      "Every 2 hours from 00:00 to 22:00, UTC.",
      "00:00 至 22:00 每 2 小时（UTC）。"),
    Self(
      "crontab", "UTC", "15 9-17 * * MON-FRI",
      "Every hour from 09:15 to 17:15 on Monday to Friday, UTC.",
      "每周一至周五 09:15 至 17:15 每小时（UTC）。"),
    Self(
      "crontab", "UTC", "*/10 9-17 * * *",
      "Every 10 minutes from 09:00 to 17:50, UTC.",
      "09:00 至 17:50 每 10 分钟（UTC）。"),
    Self(
      "crontab", "UTC", "*/5 9 * * *",
      "Every 5 minutes from 09:00 to 09:55, UTC.",
      "09:00 至 09:55 每 5 分钟（UTC）。"),
    Self(
      "crontab", "UTC", "0 0 29 2 *",
      "At 00:00 on 29 February, UTC.",
      "每年 2 月 29 日 00:00（UTC）。"),
    Self(
      "crontab", "UTC", "0 0 1 * *",
      "At 00:00 on day 1 of the month, UTC.",
      "每月 1 日 00:00（UTC）。"),
    Self(
      "crontab", "UTC", "0 0 1,15 * *",
      "At 00:00 on days 1 and 15 of the month, UTC.",
      "每月 1 日、15 日 00:00（UTC）。"),
    Self(
      "crontab", "UTC", "0 0 13 * FRI",
      "At 00:00 on day 13 of the month or on Friday, UTC.",
      "每月 13 日或每周五 00:00（UTC）。"),
    Self(
      "crontab", "UTC", "0 0 1-7 * 1",
      "At 00:00 on days 1 to 7 of the month or on Monday, UTC.",
      "每月 1 日至 7 日或每周一 00:00（UTC）。"),
    Self(
      "crontab", "UTC", "0 0 */2 * *",
      "At 00:00 on every 2nd day from day 1 to 31 of the month, UTC.",
      "每月 1 日至 31 日之间每 2 天 00:00（UTC）。"),
    Self(
      "crontab", "America/New_York", "30 2 * * SUN",
      "At 02:30 on Sunday, America/New_York time; times that the clocks jump over fire once when the jump is over.",
      "每周日 02:30（America/New_York 时间）；时钟拨快时被跳过的时刻，在拨快后立即触发一次。"),
    Self(
      "crontab", "America/New_York", "30 2 * * MON",
      "At 02:30 on Monday, America/New_York time.",
      "每周一 02:30（America/New_York 时间）。"),
    Self(
      "crontab", "UTC", "@daily",
      "At 00:00 every day, UTC.",
      "每天 00:00（UTC）。"),
    Self(
      "crontab", "UTC", "@weekly",
      "At 00:00 on Sunday, UTC.",
      "每周日 00:00（UTC）。"),
    Self(
      "crontab", "UTC", "0 6,18 * * 6,0",
      "At 06:00 and 18:00 on Saturday and Sunday, UTC.",
      "每周六、周日 06:00、18:00（UTC）。"),
    Self(
      "crontab", "UTC", "5,10,25 */3 * * *",
      "At minutes 5, 10 and 25 past every 3rd hour from 0 to 21, UTC.",
      "0 点至 21 点之间每 3 小时的第 5、10、25 分（UTC）。"),
    Self(
      "crontab", "UTC", "0 8 1 1,4,7,10 *",
      "At 08:00 on day 1 of January, April, July and October, UTC.",
      "每年 1 月、4 月、7 月、10 月的 1 日 08:00（UTC）。"),
    Self(
      "crontab", "UTC", "0 8 * 3-5 *",
      "At 08:00 every day in March to May, UTC.",
      "每年 3 月至 5 月的每一天 08:00（UTC）。"),
    Self(
      "crontab", "UTC", "*/5 9,11,14-16 * * *",
      "At every 5th minute from minute 0 to 55 past hours 9, 11 and 14 to 16, UTC.",
      "9、11、14–16 点的第 0 分起每 5 分钟（至第 55 分）（UTC）。"),
    Self(
      "ocps", "Europe/Berlin", "0 9 * * MON-FRI",
      "At 09:00 on Monday to Friday, Europe/Berlin time.",
      "每周一至周五 09:00（Europe/Berlin 时间）。"),
    Self(
      "ocps", "UTC", "*/20 * * * * *",
      "Every 20 seconds, UTC.",
      "每 20 秒（UTC）。"),
    Self(
      "ocps", "UTC", "30 0 9 * * *",
      "At 09:00:30 every day, UTC.",
      "每天 09:00:30（UTC）。"),
    Self(
      "ocps", "UTC", "0 0 12 L * *",
      "At 12:00 on the last day of the month, UTC.",
      "每月最后一天 12:00（UTC）。"),
    Self(
      "ocps", "UTC", "0 0 12 LW * *",
      "At 12:00 on the last weekday (Monday to Friday) of the month, UTC.",
      "每月最后一个工作日（周一至周五）12:00（UTC）。"),
    Self(
      "ocps", "UTC", "0 0 12 15W * *",
      "At 12:00 on the weekday (Monday to Friday) nearest to day 15 of the month, UTC.",
      "每月离 15 日最近的工作日（周一至周五）12:00（UTC）。"),
    Self(
      "ocps", "UTC", "0 0 18 * * FRI#L",
      "At 18:00 on the last Friday of the month, UTC.",
      "每月最后一个周五 18:00（UTC）。"),
    Self(
      "ocps", "UTC", "0 0 18 * * 2#2",
      "At 18:00 on the second Tuesday of the month, UTC.",
      "每月第二个周二 18:00（UTC）。"),
    Self(
      "ocps", "UTC", "0 0 18 * 6 MON#1,FRI#3",
      "At 18:00 on the first Monday and the third Friday of June, UTC.",
      "每年 6 月的第一个周一和第三个周五 18:00（UTC）。"),
    Self(
      "ocps", "UTC", "0 0 0 13 * +FRI",
      "At 00:00 on day 13 of the month, only when it is Friday, UTC.",
      "每月 13 日（须为周五）00:00（UTC）。"),
    Self(
      "ocps", "UTC", "0 0 0 1 1 * 2027",
      "At 00:00 on 1 January 2027, UTC.",
      "2027 年 1 月 1 日 00:00（UTC）。"),
    Self(
      "ocps", "UTC", "0 0 0 1 1 * 2026-2030",
      "At 00:00 on 1 January from 2026 to 2030, UTC.",
      "2026 年至 2030 年每年 1 月 1 日 00:00（UTC）。"),
    Self(
      "ocps", "UTC", "0 0 0 1 1 * 2026-2036/2",
      "At 00:00 on 1 January every 2 years from 2026 to 2036, UTC.",
      "2026 年起每 2 年（至 2036 年）的 1 月 1 日 00:00（UTC）。"),
    Self(
      "ocps", "UTC", "0 0 0 1 1 * 2028-2100/4",
      "At 00:00 on 1 January every 4 years from 2028 to 2100, UTC.",
      "2028 年起每 4 年（至 2100 年）的 1 月 1 日 00:00（UTC）。"),
    Self(
      "ocps", "UTC", "0 0 0 1 1 * 2028-9999/4",
      "At 00:00 on 1 January every 4 years from 2028 on, UTC.",
      "2028 年起每 4 年的 1 月 1 日 00:00（UTC）。"),
    Self(
      "ocps", "Europe/Berlin", "30 2 * * *",
      "At 02:30 every day, Europe/Berlin time; times that the clocks jump over fire later by the length of the jump; times that the clocks show twice fire the first time only.",
      "每天 02:30（Europe/Berlin 时间）；时钟拨快时被跳过的时刻，按跳过的时长顺延触发；时钟拨慢时重复的时刻只在第一次触发。"),
    Self(
      "ocps", "UTC", "5,10 * * * * *",
      "At seconds 5 and 10 of every minute, UTC.",
      "每分钟的第 5、10 秒（UTC）。"),
    Self(
      "quartz", "UTC", "0 0 12 ? * MON-FRI",
      "At 12:00 on Monday to Friday, UTC.",
      "每周一至周五 12:00（UTC）。"),
    Self(
      "quartz", "America/New_York", "0 30 2 * * ?",
      "At 02:30 every day, America/New_York time; times that the clocks jump over are left out.",
      "每天 02:30（America/New_York 时间）；时钟拨快时被跳过的时刻不触发。"),
    Self(
      "quartz", "UTC", "0 0 10 L-3 * ?",
      "At 10:00 on the fourth to last day of the month, UTC.",
      "每月倒数第四天 10:00（UTC）。"),
    Self(
      "quartz", "UTC", "0 0 10 LW * ?",
      "At 10:00 on the weekday (Monday to Friday) nearest to the last day of the month, UTC.",
      "每月离最后一天最近的工作日（周一至周五）10:00（UTC）。"),
    Self(
      "quartz", "UTC", "0 0 10 15W 3 ?",
      "At 10:00 on the weekday (Monday to Friday) nearest to day 15 of March, UTC.",
      "每年 3 月离 15 日最近的工作日（周一至周五）10:00（UTC）。"),
    Self(
      "quartz", "UTC", "0 0 10 ? * 6#3",
      "At 10:00 on the third Friday of the month, UTC.",
      "每月第三个周五 10:00（UTC）。"),
    Self(
      "quartz", "UTC", "0 0 10 ? * 6L",
      "At 10:00 on the last Friday of the month, UTC.",
      "每月最后一个周五 10:00（UTC）。"),
    Self(
      "quartz", "UTC", "0 0/15 22-3 * * ?",
      "Every 15 minutes from 22:00 to 03:45 the next day, UTC.",
      "22:00 至次日 03:45 每 15 分钟（UTC）。"),
    Self(
      "quartz", "UTC", "0 0 10 1 1 ? 2027-2099",
      "At 10:00 on 1 January from 2027 to 2099, UTC.",
      "2027 年至 2099 年每年 1 月 1 日 10:00（UTC）。"),
    Self(
      "quartz", "UTC", "0/20 0/5 14 * * ?",
      "At every 20th second from second 0 to 40 of every 5th minute from minute 0 to 55 past hour 14, UTC.",
      "14 点第 0 分起每 5 分钟（至第 55 分）的第 0 秒起每 20 秒（至第 40 秒）（UTC）。"),
  ]
}
