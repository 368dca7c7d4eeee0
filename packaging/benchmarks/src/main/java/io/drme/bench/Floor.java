package io.drme.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** The bare JVM with an HTTP server and an AOT cache of its own. */
final class Floor {
    private static final Duration READY_WITHIN = Duration.ofSeconds(30);
    private static final List<String> FLAGS =
            List.of(
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseCompactObjectHeaders",
                    "-Xms8m",
                    "-Xmx48m",
                    "-Xmn4m");

    private final Path folder;
    private final Path jar;
    private final Path cache;

    private Floor(Path folder, Path jar, Path cache) {
        this.folder = folder;
        this.jar = jar;
        this.cache = cache;
    }

    /** Packs the server and trains its cache. */
    static Floor prepare(Path folder) throws Exception {
        var floor = new Floor(folder, folder.resolve("floor.jar"), folder.resolve("floor.aot"));
        floor.pack();
        int port = FootprintPlant.freePort();
        try (var training = floor.start(port, "-XX:AOTCacheOutput=" + floor.cache)) {
            awaitUp(training, port);
        }
        if (!Files.exists(floor.cache)) {
            throw new IOException("the JDK made no AOT cache for the floor; see floor.log");
        }
        return floor;
    }

    private void pack() throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        var name = FloorServer.class.getName().replace('.', '/') + ".class";
        try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                var in = FloorServer.class.getClassLoader().getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException(name + " is not on the class path");
            }
            out.putNextEntry(new JarEntry(name));
            in.transferTo(out);
        }
    }

    Child start(int port) throws IOException {
        return start(port, "-XX:AOTCache=" + cache);
    }

    private Child start(int port, String cacheFlag) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(FLAGS);
        command.add(cacheFlag);
        command.addAll(
                List.of(
                        "-cp",
                        jar.toString(),
                        FloorServer.class.getName(),
                        Integer.toString(port)));
        return Child.start("floor", command, Map.of(), folder);
    }

    /** Seconds until it answered. */
    static double awaitUp(Child child, int port) throws Exception {
        child.await(
                "up",
                READY_WITHIN,
                () ->
                        FootprintPlant.isOpen(port)
                                && FootprintPlant.answers("http://127.0.0.1:" + port + "/"));
        return child.age();
    }
}
