/// Which Almanac this is.
public enum AlmanacVersion {
  public static let current = "0.1.0"
}
