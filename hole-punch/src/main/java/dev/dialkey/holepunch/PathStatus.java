package dev.dialkey.holepunch;

/**
 * What one side wishes a path to be used for; each side decides for what it sends. The names are
 * those of the frames PATH_STATUS_AVAILABLE and PATH_STATUS_BACKUP.
 */
public enum PathStatus {
  /** Carries data. */
  AVAILABLE,
  /** Kept alive, and carries data only while no available path is validated. */
  BACKUP
}
