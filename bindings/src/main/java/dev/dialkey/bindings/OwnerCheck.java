package dev.dialkey.bindings;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Tells whether a file or folder can be changed by nobody but this user and root: whoever can write
 * to the folder of a library, or to the file itself, decides what this process executes. File
 * systems without POSIX permissions, as on Windows, pass: the default directory lies in the user's
 * profile there, which other users cannot write to.
 */
final class OwnerCheck {
  private static final Path OWN_PROCESS = Path.of("/proc/self");

  private final Set<UserPrincipal> trusted;

  private OwnerCheck(Set<UserPrincipal> trusted) {
    this.trusted = trusted;
  }

  /** The check for the user that runs this process. */
  static OwnerCheck ofThisUser() throws IOException {
    FileSystem fileSystem = FileSystems.getDefault();
    Set<UserPrincipal> trusted = new HashSet<>();
    if (fileSystem.supportedFileAttributeViews().contains("posix")) {
      var lookup = fileSystem.getUserPrincipalLookupService();
      trusted.add(lookup.lookupPrincipalByName("0"));
      // A container's user often has no name; Linux tells who we are without one.
      trusted.add(
          Files.exists(OWN_PROCESS)
              ? Files.getOwner(OWN_PROCESS)
              : lookup.lookupPrincipalByName(System.getProperty("user.name")));
    }
    return new OwnerCheck(trusted);
  }

  /** What is wrong with the path, as the rest of a sentence about it; empty when nothing is. */
  Optional<String> objection(Path path, LinkOption... options) throws IOException {
    PosixFileAttributeView view =
        Files.getFileAttributeView(path, PosixFileAttributeView.class, options);
    if (view == null) {
      return Optional.empty();
    }
    PosixFileAttributes attributes = view.readAttributes();
    if (!trusted.contains(attributes.owner())) {
      return Optional.of("belongs to another user (" + attributes.owner().getName() + ")");
    }
    Set<PosixFilePermission> permissions = attributes.permissions();
    if (permissions.contains(PosixFilePermission.GROUP_WRITE)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      return Optional.of("can be written to by other users");
    }
    return Optional.empty();
  }
}
