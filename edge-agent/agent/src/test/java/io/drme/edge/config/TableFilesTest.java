package io.drme.edge.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.config.InvalidConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of lookups come from CSV files beside the configuration. */
class TableFilesTest {
    private static final String YAML =
            """
            gateway: {id: g}
            devices:
              m:
                driver: modbus
                url: "tcp://h"
                tags: {oil: {address: "holding:1", type: uint16}}
            pipelines:
              over:
                from: "m/oil"
                steps:
                  - filter: "value > 1"
                  - lookup: {table: {file: tables/limits.csv}, give: "value > high"}
                to: "over"
            """;

    @TempDir private Path folder;

    private GatewayConfig read(String csv) throws IOException, InvalidConfigException {
        Files.createDirectories(folder.resolve("tables"));
        Files.writeString(folder.resolve("tables/limits.csv"), csv);
        return new GatewayConfigReader(List.of())
                .read(Files.writeString(folder.resolve("gateway.yaml"), YAML));
    }

    @Test
    void theRowsStandInThePlaceOfTheFile() throws Exception {
        var config = read("tag,high,range\nm/oil,80,0..5\n\"m/water\",,\n");

        assertThat(config.source().yaml()).contains("high").doesNotContain("limits.csv");
        assertThat(config.pipelines().getFirst().steps()).hasSize(2);
    }

    @Test
    void anotherTableIsAnotherConfigurationButTheSameStep() throws Exception {
        var before = read("tag,high\nm/oil,80\n");
        var after = read("tag,high\nm/oil,90\n");

        assertThat(after.source().hash()).isNotEqualTo(before.source().hash());
        assertThat(after.pipelines().getFirst().steps().getLast().toString())
                .isEqualTo(before.pipelines().getFirst().steps().getLast().toString());
    }

    @Test
    void whatIsWrongNamesTheRowOrTheFile() throws IOException {
        assertThatThrownBy(() -> read("tag,high\n,80\nm/oil,1\nm/oil,2\n"))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("limits.csv:2")
                .hasMessageContaining("the row has no name; fill the column 'tag'")
                .hasMessageContaining("limits.csv:4")
                .hasMessageContaining("stands twice in this file");
        Files.delete(folder.resolve("tables/limits.csv"));
        assertThatThrownBy(() ->
                        new GatewayConfigReader(List.of()).read(folder.resolve("gateway.yaml")))
                .hasMessageContaining("pipelines.over.steps[1].lookup.table")
                .hasMessageContaining("there is no file");
    }
}
