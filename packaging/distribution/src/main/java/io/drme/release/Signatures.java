package io.drme.release;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Takes the publishers' signatures off jars. Maven has checked what it downloaded; nobody checks
 * these signatures again, yet a JVM that opens a signed jar keeps a digest of each of its files in
 * memory, and verifies every class while the agent starts.
 */
final class Signatures {
    private static final Pattern FILE =
            Pattern.compile("META-INF/(SIG-.*|[^/]*\\.(SF|RSA|DSA|EC))", Pattern.CASE_INSENSITIVE);

    private static final String DIGEST = "-DIGEST";

    private Signatures() {}

    /**
     * Rewrites one jar without its signature; leaves one without a signature alone.
     *
     * @return whether there was one
     */
    static boolean strip(Path jar) throws IOException {
        try (var in = new ZipFile(jar.toFile())) {
            if (in.stream().noneMatch(e -> FILE.matcher(e.getName()).matches())) {
                return false;
            }
            var part = jar.resolveSibling(jar.getFileName() + ".part");
            try (var out = new ZipOutputStream(Files.newOutputStream(part))) {
                for (var entries = in.entries(); entries.hasMoreElements(); ) {
                    copy(in, entries.nextElement(), out);
                }
            }
            Files.move(part, jar, StandardCopyOption.REPLACE_EXISTING);
            return true;
        }
    }

    private static void copy(ZipFile in, ZipEntry entry, ZipOutputStream out) throws IOException {
        if (FILE.matcher(entry.getName()).matches()) {
            return;
        }
        var copy = new ZipEntry(entry.getName());
        copy.setLastModifiedTime(entry.getLastModifiedTime());
        out.putNextEntry(copy);
        try (var bytes = in.getInputStream(entry)) {
            if (entry.getName().equals(JarFile.MANIFEST_NAME)) {
                write(new Manifest(bytes), out);
            } else {
                bytes.transferTo(out);
            }
        }
        out.closeEntry();
    }

    /** All that it says but for the digests. */
    private static void write(Manifest manifest, OutputStream out) throws IOException {
        manifest.getEntries().values().forEach(Signatures::removeDigests);
        manifest.getEntries().values().removeIf(Attributes::isEmpty);
        manifest.write(out);
    }

    private static void removeDigests(Attributes attributes) {
        attributes
                .keySet()
                .removeIf(name -> name.toString().toUpperCase(Locale.ROOT).endsWith(DIGEST));
    }
}
