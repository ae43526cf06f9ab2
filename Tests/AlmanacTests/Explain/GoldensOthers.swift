extension ExplanationTests.Golden {
  static let others: [Self] = [
    Self(
      "aps-cron", "UTC", "0 9 * * 0-4",
      "At 09:00 on Monday to Friday, UTC.",
      "每周一至周五 09:00（UTC）。"),
    Self(
      "aps-cron", "UTC", "0 0 13 * fri",
      "At 00:00 on day 13 of the month, only when it is Friday, UTC.",
      "每月 13 日（须为周五）00:00（UTC）。"),
    Self(
      "aps-cron", "Europe/Berlin", #"{"day": "last", "hour": 23, "minute": 59}"#,
      "At 23:59 on the last day of the month, Europe/Berlin time.",
      "每月最后一天 23:59（Europe/Berlin 时间）。"),
    Self(
      "aps-cron", "UTC", #"{"day": "2nd fri, last mon", "hour": 8}"#,
      "At 08:00 on the second Friday and the last Monday of the month, UTC.",
      "每月第二个周五和最后一个周一 08:00（UTC）。"),
    Self(
      "aps-cron", "UTC", #"{"week": "1,20", "day_of_week": "mon", "hour": 8}"#,
      "At 08:00 on Monday, in ISO weeks 1 and 20, UTC.",
      "每年第 1、20 周（ISO）每周一 08:00（UTC）。"),
    Self(
      "aps-cron", "UTC", #"{"year": "2026-2030", "month": 6, "day": 1}"#,
      "At 00:00 on 1 June from 2026 to 2030, UTC.",
      "2026 年至 2030 年每年 6 月 1 日 00:00（UTC）。"),
    Self(
      "aps-cron", "UTC", #"{"second": "*/15"}"#,
      "Every 15 seconds, UTC.",
      "每 15 秒（UTC）。"),
    Self(
      "oncalendar", "UTC", "Mon..Fri *-*-* 09:00",
      "At 09:00 on Monday to Friday, UTC.",
      "每周一至周五 09:00（UTC）。"),
    Self(
      "oncalendar", "Europe/Paris", "*-*-* 02:30:00",
      "At 02:30 every day, Europe/Paris time; times that the clocks jump over are left out; times that the clocks show twice fire the first time only.",
      "每天 02:30（Europe/Paris 时间）；时钟拨快时被跳过的时刻不触发；时钟拨慢时重复的时刻只在第一次触发。"),
    Self(
      "oncalendar", "UTC", "*-*~01 12:00",
      "At 12:00 on the last day of the month, UTC.",
      "每月最后一天 12:00（UTC）。"),
    Self(
      "oncalendar", "UTC", "hourly",
      "Every hour, on the hour, UTC.",
      "每小时整点（UTC）。"),
    Self(
      "oncalendar", "UTC", "quarterly",
      "At 00:00 on day 1 of January, April, July and October, UTC.",
      "每年 1 月、4 月、7 月、10 月的 1 日 00:00（UTC）。"),
    Self(
      "oncalendar", "UTC", "2027-03-01 08:00:00",
      "At 08:00 on 1 March 2027, UTC.",
      "2027 年 3 月 1 日 08:00（UTC）。"),
    Self(
      "oncalendar", "UTC", "*-*-* *:*:0.5",
      #"Every minute, at the fractions of a second of "*-*-* *:*:0.5", UTC."#,
      "每分钟（秒的小数部分见“*-*-* *:*:0.5”）（UTC）。"),
    Self(
      "oncalendar", "UTC", "*:0/10",
      "Every 10 minutes, UTC.",
      "每 10 分钟（UTC）。"),
    Self(
      "oncalendar", "UTC", "@1767225600",
      "Once, at 2026-01-01 00:00 UTC.",
      "仅一次：2026 年 1 月 1 日 00:00（UTC）。"),
    Self(
      "rrule", "America/New_York",
      #"{"dtstart": "2026-01-02T09:00:00", "rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR"}"#,
      "Every 2 weeks on Monday and Friday at 09:00, from 2026-01-02 09:00, America/New_York time.",
      "从 2026 年 1 月 2 日 09:00 起，每 2 周的周一、周五 09:00（America/New_York 时间）。"),
    Self(
      "rrule", "UTC", #"{"dtstart": "2026-01-01T09:00:00", "rrule": "FREQ=MONTHLY;BYDAY=-1FR"}"#,
      "Every month on the last Friday of the month at 09:00, from 2026-01-01 09:00, UTC.",
      "从 2026 年 1 月 1 日 09:00 起，每月最后一个周五 09:00（UTC）。"),
    Self(
      "rrule", "UTC", #"{"dtstart": "2026-01-01T09:00:00", "rrule": "FREQ=DAILY;COUNT=10"}"#,
      "Every day at 09:00, from 2026-01-01 09:00, 10 times in all, UTC.",
      "从 2026 年 1 月 1 日 09:00 起，每天 09:00，共 10 次（UTC）。"),
    Self(
      "rrule", "UTC", #"{"dtstart": "2026-01-31T09:00:00", "rrule": "FREQ=YEARLY"}"#,
      "Every year on 31 January at 09:00, from 2026-01-31 09:00, UTC.",
      "从 2026 年 1 月 31 日 09:00 起，每年 1 月 31 日 09:00（UTC）。"),
    Self(
      "rrule", "UTC",
      #"{"dtstart": "2026-01-31T09:00:00", "rrule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20261231T090000Z"}"#,
      "Every week on Monday to Friday at 09:00, from 2026-01-31 09:00 until 2026-12-31 09:00, UTC.",
      "从 2026 年 1 月 31 日 09:00 起，每周一至周五 09:00，至 2026 年 12 月 31 日 09:00 止（UTC）。"),
    Self(
      "rrule", "UTC", #"{"dtstart": "2026-01-31T09:00:00", "rrule": "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"}"#,
      "Every month on each Monday to Friday at 09:00, of these only the last of each month, from 2026-01-31 09:00, UTC.",
      "从 2026 年 1 月 31 日 09:00 起，每月每个周一至周五 09:00，每月只取其中最后一个（UTC）。"),
    Self(
      "rrule", "UTC", #"{"dtstart": "2026-01-31T09:00:00", "rrule": "FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"}"#,
      "Every year on the fourth Thursday of November at 09:00, from 2026-01-31 09:00, UTC.",
      "从 2026 年 1 月 31 日 09:00 起，每年 11 月的第四个周四 09:00（UTC）。"),
    Self(
      "rrule", "UTC", #"{"dtstart": "2026-01-31T09:00:00", "rrule": "FREQ=MONTHLY;BYMONTHDAY=1,-1"}"#,
      "Every month on day 1 and the last day of the month at 09:00, from 2026-01-31 09:00, UTC.",
      "从 2026 年 1 月 31 日 09:00 起，每月 1 日和最后一天 09:00（UTC）。"),
    Self(
      "rrule", "UTC", #"{"dtstart": "2026-01-31T09:00:00", "rrule": "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO"}"#,
      "Every year on Monday in week 20 at 09:00, from 2026-01-31 09:00, UTC.",
      "从 2026 年 1 月 31 日 09:00 起，每年第 20 周的周一 09:00（UTC）。"),
    Self(
      "rrule", "UTC", #"{"dtstart": "2026-01-31T09:00:00", "rrule": "FREQ=YEARLY;BYYEARDAY=1,100,-1"}"#,
      "Every year on days 1 and 100 and the last day of the year at 09:00, from 2026-01-31 09:00, UTC.",
      "从 2026 年 1 月 31 日 09:00 起，每年第 1、100 天和最后一天 09:00（UTC）。"),
    Self(
      "rrule", "UTC", #"{"dtstart": "2026-01-31T09:15:00", "rrule": "FREQ=HOURLY;INTERVAL=3"}"#,
      "Every 3 hours at minute 15, from 2026-01-31 09:15, UTC.",
      "从 2026 年 1 月 31 日 09:15 起，每 3 小时的第 15 分（UTC）。"),
    Self(
      "rrule", "UTC", #"{"dtstart": "2026-01-31T09:15:00", "rrule": "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11"}"#,
      "Every 20 minutes, only in hours 9 to 11, from 2026-01-31 09:15, UTC.",
      "从 2026 年 1 月 31 日 09:15 起，每 20 分钟（限 9–11 点）（UTC）。"),
    Self(
      "rrule", "UTC",
      #"{"dtstart": "2026-01-31T09:00:00", "rrule": "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU", "exdate": ["2026-02-01T09:00:00"], "rdate": ["2026-02-02T10:00:00"]}"#,
      "Every 2 weeks on Sunday at 09:00, weeks beginning on Sunday, from 2026-01-31 09:00, except at 2026-02-01 09:00, and also at 2026-02-02 10:00, UTC.",
      "从 2026 年 1 月 31 日 09:00 起，每 2 周的周日 09:00，一周从周日开始，不含 2026-02-01 09:00，另加 2026-02-02 10:00（UTC）。"),
    Self(
      "rrule", "UTC", #"{"dtstart": "2026-01-31T09:00:00", "rrule": "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13"}"#,
      "Every month on day 13 of the month (only when it is Friday) at 09:00, from 2026-01-31 09:00, UTC.",
      "从 2026 年 1 月 31 日 09:00 起，每月 13 日（限周五）09:00（UTC）。"),
    Self(
      "aps-interval", "UTC", #"{"minutes": 90}"#,
      "Every 1 hour and 30 minutes of elapsed time, counted from when the job is added.",
      "每 1 小时 30 分钟一次（按实际经过的时间），从添加任务时起算。"),
    Self(
      "aps-interval", "UTC", #"{"seconds": 1, "start_date": "2026-01-01 00:00:00"}"#,
      "Every second of elapsed time, starting at 2026-01-01 00:00 UTC.",
      "每 1 秒一次（按实际经过的时间），首次在 2026 年 1 月 1 日 00:00（UTC）。"),
    Self(
      "aps-interval", "Europe/Berlin", #"{"weeks": 1, "end_date": "2026-12-31 00:00:00"}"#,
      "Every 7 days of elapsed time, counted from when the job is added, not after 2026-12-30 23:00 UTC.",
      "每 7 天一次（按实际经过的时间），从添加任务时起算，不晚于 2026 年 12 月 30 日 23:00（UTC）。"),
    Self(
      "aps-calendarinterval", "Europe/Berlin", #"{"months": 1, "hour": 2, "minute": 30, "start_date": "2026-01-31"}"#,
      "Every month on day 31 of the month at 02:30, from 2026-01-31, months without a day 31 left out, Europe/Berlin time; times that the clocks jump over are left out; times that the clocks show twice fire the first time only.",
      "从 2026 年 1 月 31 日起，每月 31 日 02:30，没有 31 日的月份跳过（Europe/Berlin 时间）；时钟拨快时被跳过的时刻不触发；时钟拨慢时重复的时刻只在第一次触发。"),
    Self(
      "aps-calendarinterval", "UTC", #"{"days": 1, "hour": 8}"#,
      "Every day at 08:00, from the day on which the job is added, UTC.",
      "从添加任务当天起，每天的 08:00（UTC）。"),
    Self(
      "aps-calendarinterval", "UTC",
      #"{"years": 1, "months": 6, "hour": 8, "start_date": "2026-01-31", "end_date": "2036-01-31"}"#,
      "Every 1 year and 6 months on day 31 of the month at 08:00, from 2026-01-31 through 2036-01-31, months without a day 31 left out, UTC.",
      "从 2026 年 1 月 31 日起，每 1 年零 6 个月的 31 日 08:00，没有 31 日的月份跳过，至 2036 年 1 月 31 日止（UTC）。"),
    Self(
      "aps-date", "Europe/Berlin", #"{"run_date": "2026-01-31 09:30:00"}"#,
      "Once, at 2026-01-31 08:30 UTC.",
      "仅一次：2026 年 1 月 31 日 08:30（UTC）。"),
    Self(
      "aps-or", "UTC",
      #"{"triggers": [{"dialect": "crontab", "spec": "0 9 * * MON-FRI"}, {"dialect": "crontab", "spec": "0 11 * * 6,0", "tz": "Asia/Tokyo"}]}"#,
      "Whenever any of these fires: (at 09:00 on Monday to Friday, UTC) or (at 11:00 on Saturday and Sunday, Asia/Tokyo time).",
      "满足以下任意一项时：【1】每周一至周五 09:00（UTC）【2】每周六、周日 11:00（Asia/Tokyo 时间）。"),
    Self(
      "aps-and", "UTC",
      #"{"triggers": [{"dialect": "crontab", "spec": "0 0 1 * *"}, {"dialect": "crontab", "spec": "0 0 * * 1"}]}"#,
      "Whenever all of these fire at once: (at 00:00 on day 1 of the month, UTC) and (at 00:00 on Monday, UTC).",
      "以下各项同时满足时：【1】每月 1 日 00:00（UTC）【2】每周一 00:00（UTC）。"),
  ]
}
