package io.drme.edge.config;

import io.drme.config.InvalidConfigException;
import io.drme.config.Problem;
import io.drme.driver.DeviceSpec;
import io.drme.driver.TagSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A folder with a gateway's files; problems are told as {@code file:line: key: message}. */
final class ConfigFolder {
    private final Path folder;

    ConfigFolder(Path folder) {
        this.folder = folder;
    }

    ConfigFolder with(String name, String text) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return this;
    }

    ConfigFolder with(String name, byte[] bytes) throws IOException {
        Files.write(folder.resolve(name), bytes);
        return this;
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    GatewayConfig read() throws InvalidConfigException {
        return new GatewayConfigReader(List.of()).read(folder.resolve("gateway.yaml"));
    }

    DeviceSpec device(String name) throws InvalidConfigException {
        return read().devices().stream()
                .filter(d -> d.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    TagSpec tag(String name) throws InvalidConfigException {
        return read().devices().stream()
                .flatMap(d -> d.tags().stream())
                .filter(t -> t.name().text().equals(name))
                .findFirst()
                .orElseThrow();
    }

    List<String> problems() {
        try {
            read();
            return List.of();
        } catch (InvalidConfigException e) {
            return e.problems().stream()
                    .map(Problem::toString)
                    .map(p -> p.replace(folder + "/", ""))
                    .toList();
        }
    }
}
