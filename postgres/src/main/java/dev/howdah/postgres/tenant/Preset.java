package dev.howdah.postgres.tenant;

/** The rights a named credential starts with. */
public enum Preset {
  /** May connect, and nothing else; the owner grants what it should have. */
  NONE,
  /** May read every table, also those made later. */
  READONLY,
  /** May read and change rows of every table, also those made later. */
  READWRITE
}
