package io.drme.web;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * The files of pages, all from the class path: our own, and Lit and uPlot from their WebJars. Safe
 * for use from any thread.
 */
final class Assets {
    private static final String OWN_PREFIX = "/assets/";
    private static final String WEBJAR_PREFIX = "/webjars/";
    private static final String WEBJAR_FOLDER = "META-INF/resources/webjars/";
    private static final String UPLOT_PLACE = "{uplot}";
    private static final String IMPORT_MAP_PLACE = "<!-- import map -->";
    private static final Set<String> WEBJARS =
            Set.of("lit", "lit-element", "lit-html", "lit__reactive-element", "uplot");

    /** No dot-dot, no hidden files, nothing but letters, digits and single dots. */
    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9_-]+([./@][A-Za-z0-9_-]+)*");

    private static final Map<String, String> MEDIA_TYPES =
            Map.of(
                    "js", "text/javascript; charset=utf-8",
                    "css", "text/css; charset=utf-8",
                    "html", "text/html; charset=utf-8",
                    "svg", "image/svg+xml");

    private static final int GZIP_FROM_BYTES = 512;

    private final Map<String, String> pages;
    private final String importMap;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by {@link #lock}; holds no more than there are files on the class path. */
    private final Map<String, Asset> loaded = new HashMap<>();

    /** A file as it is sent. */
    record Asset(
            String mediaType,
            Buffer body,
            Optional<Buffer> gzipped,
            String etag,
            String cacheControl,
            Optional<String> policy) {}

    /** Serves the pages of {@code web/}{@code folder}. */
    Assets(String folder) {
        pages =
                Map.of(
                        "/", "web/" + folder + "/index.html",
                        "/sign-in", "web/parts/sign-in.html",
                        "/docs", "web/parts/docs.html");
        importMap = importMap();
    }

    /** The file at a path; nothing where there is none. Reads the class path the first time. */
    Optional<Asset> find(String path) {
        lock.lock();
        try {
            var known = loaded.get(path);
            if (known != null) {
                return Optional.of(known);
            }
            var asset = load(path);
            asset.ifPresent(a -> loaded.put(path, a));
            return asset;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    private Optional<Asset> load(String path) throws IOException {
        var page = pages.get(path);
        if (page != null) {
            var html = resource(page).orElseThrow(() -> new IOException("missing: " + page));
            return Optional.of(page(new String(html, StandardCharsets.UTF_8)));
        }
        if (path.startsWith(OWN_PREFIX)) {
            var name = path.substring(OWN_PREFIX.length());
            return isSafe(name)
                    ? resource("web/" + name).map(bytes -> asset(name, bytes, "no-cache"))
                    : Optional.empty();
        }
        if (path.startsWith(WEBJAR_PREFIX)) {
            var name = path.substring(WEBJAR_PREFIX.length());
            boolean allowed = isSafe(name) && WEBJARS.contains(name.split("/", 2)[0]);
            return allowed
                    ? resource(WEBJAR_FOLDER + name)
                            .map(b -> asset(name, b, "public, max-age=31536000, immutable"))
                    : Optional.empty();
        }
        return Optional.empty();
    }

    private static boolean isSafe(String name) {
        return SAFE.matcher(name).matches() && MEDIA_TYPES.containsKey(extension(name));
    }

    private static String extension(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** A page may run our scripts and the one import map, and talk to nobody but us. */
    private Asset page(String html) {
        var bytes =
                html.replace(UPLOT_PLACE, webjarFolder("uplot"))
                        .replace(
                                IMPORT_MAP_PLACE,
                                "<script type=\"importmap\">" + importMap + "</script>")
                        .getBytes(StandardCharsets.UTF_8);
        var plain = asset("page.html", bytes, "no-cache");
        var policy =
                "default-src 'none'; script-src 'self' 'sha256-"
                        + Base64.getEncoder()
                                .encodeToString(sha256(importMap.getBytes(StandardCharsets.UTF_8)))
                        + "'; style-src 'self'; img-src 'self'; connect-src 'self';"
                        + " base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        return new Asset(
                plain.mediaType(),
                plain.body(),
                plain.gzipped(),
                plain.etag(),
                plain.cacheControl(),
                Optional.of(policy));
    }

    private static Asset asset(String name, byte[] bytes, String cacheControl) {
        var etag =
                "\"" + Base64.getUrlEncoder().encodeToString(sha256(bytes)).substring(0, 22) + "\"";
        return new Asset(
                MEDIA_TYPES.getOrDefault(extension(name), "application/octet-stream"),
                Buffer.buffer(bytes),
                bytes.length < GZIP_FROM_BYTES ? Optional.empty() : Optional.of(gzip(bytes)),
                etag,
                cacheControl,
                Optional.empty());
    }

    private static Buffer gzip(byte[] bytes) {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Buffer.buffer(out.toByteArray());
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Where the browser finds Lit and uPlot; the versions are those on the class path. */
    private static String importMap() {
        var imports = new JsonObject();
        for (var module :
                List.of(
                        new String[] {"lit", "lit", "index.js"},
                        new String[] {"lit-html", "lit-html", "lit-html.js"},
                        new String[] {"lit-element", "lit-element", "lit-element.js"},
                        new String[] {
                            "@lit/reactive-element", "lit__reactive-element", "reactive-element.js"
                        })) {
            var folder = webjarFolder(module[1]);
            imports.put(module[0], folder + module[2]).put(module[0] + "/", folder);
        }
        imports.put("uplot", webjarFolder("uplot") + "dist/uPlot.esm.js");
        return new JsonObject().put("imports", imports).encode();
    }

    private static String webjarFolder(String artifact) {
        return WEBJAR_PREFIX + artifact + "/" + webjarVersion(artifact) + "/";
    }

    private static String webjarVersion(String artifact) {
        var name = "META-INF/maven/org.webjars.npm/" + artifact + "/pom.properties";
        try {
            var properties = new Properties();
            var bytes = resource(name);
            if (bytes.isPresent()) {
                properties.load(new java.io.ByteArrayInputStream(bytes.get()));
            }
            var version = properties.getProperty("version");
            if (version == null) {
                throw new IllegalStateException("the WebJar " + artifact + " is not there");
            }
            return version;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<byte[]> resource(String name) throws IOException {
        try (var in = Assets.class.getClassLoader().getResourceAsStream(name)) {
            return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
        }
    }
}
