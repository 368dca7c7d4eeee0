package io.drme.edge;

import static io.drme.edge.RunningGateway.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.drme.edge.config.GatewayConfigReader;
import io.drme.sim.Plant;
import io.drme.time.SystemClock;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code drme-agent tags export|import}, as a person runs it. */
class TagCommandsTest {
    private static final int TAGS = 400;
    private static final String CONFIG =
            """
            gateway: {id: line-1}
            profiles:
              acme: {driver: modbus, tags: {running: {address: "coil:${base}"}}, with: {base: 3}}
            devices:
              press:
                driver: modbus
                url: "tcp://127.0.0.1:@port@"
                poll: 100ms
                tags: {file: tags/press.csv}
              boiler:
                driver: opcua
                url: opc.tcp://127.0.0.1:4840
                tags: {file: tags/boiler.csv}
              inline: {profile: acme, url: "tcp://127.0.0.1:1", tags: {more: {address: "coil:9"}}}
              plain: {profile: acme, url: "tcp://127.0.0.1:1"}
            store: {sync-every: 50ms}
            web: {listen: "127.0.0.1:0"}
            """;
    private static final String SIEMENS = "ns=3;s=\"DB\".\"Oil\"";

    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void writeConfiguration() throws Exception {
        Files.createDirectories(folder.resolve("tags"));
        write("gateway.yaml", CONFIG.replace("@port@", "1"));
        write("tags/press.csv", "name,address\nrunning,coil:1\n");
        write("tags/boiler.csv", "name,address\nold,\"ns=1;s=Old\"\n");
    }

    private void write(String name, String text) throws Exception {
        Files.writeString(folder.resolve(name), text);
    }

    private String text(String name) throws Exception {
        return Files.readString(folder.resolve(name));
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.run(
                new PrintWriter(out, true), new PrintWriter(err, true), Map.of(), arguments);
    }

    private int tags(String what, String file, String... more) {
        var arguments = new ArrayList<String>();
        arguments.add("tags");
        arguments.add(what);
        arguments.add(folder.resolve(file).toString());
        arguments.add("--config");
        arguments.add(folder.resolve("gateway.yaml").toString());
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    private static String map() {
        var csv = new StringBuilder("name,address,type,order,unit,range,invalid\n");
        for (int i = 0; i < TAGS; i++) {
            csv.append(
                    "zone-%d/level,holding:%d,uint16,,%%,0..60000,0xFFFF; 0xFFFE\n"
                            .formatted(i, i));
        }
        return csv.toString();
    }

    @Test
    void aDeviceOfFourHundredTagsIsMappedByOneCommandAndRead() throws Exception {
        var scenario =
                """
                devices:
                  press:
                    protocol: modbus
                    listen: "127.0.0.1:0"
                    units: {1: {fill: {"holding:0-399": {value: address}}}}
                """;
        try (var plant = Plant.parse("t", scenario, Plant.Overrides.NONE, new SystemClock())) {
            plant.start();
            var port = Integer.toString(plant.address("press").getPort());
            write("gateway.yaml", CONFIG.replace("@port@", port));
            write("map.csv", map());

            assertThat(tags("import", "map.csv", "--device", "press")).as(err.toString()).isZero();
            assertThat(out.toString())
                    .contains("+ zone-0/level", "- running", "400 tags of device press");
            assertThat(run("check", folder.resolve("gateway.yaml").toString())).isZero();

            try (var gateway =
                    RunningGateway.start(folder.resolve("gateway.yaml"), folder.resolve("data"))) {
                await(
                        "all tags good",
                        () ->
                                gateway
                                                .items(
                                                        "/api/v1/latest?match=line-1/press/zone-*/level&limit=1000")
                                                .stream()
                                                .filter(t -> t.getString("quality").equals("good"))
                                                .count()
                                        == TAGS);
                var last =
                        gateway.items("/api/v1/latest?match=line-1/press/zone-399/level")
                                .getFirst();
                assertThat(last.getInteger("value")).as("unit 1, address 399").isEqualTo(1399);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ns=3;s='DB'.'Oil'", "'ns=3;s=''DB''.''Oil'''"})
    void nodeIdsOfSiemensSurviveTheWayInAndOut(String cell) throws Exception {
        write("map.csv", "name,address\noil,%s\n".formatted(cell.replace('\'', '"')));

        assertThat(tags("import", "map.csv", "--device", "boiler")).as(err.toString()).isZero();
        assertThat(tags("export", "back.csv", "--device", "boiler")).isZero();
        assertThat(text("back.csv"))
                .isEqualTo("name,address\noil,\"ns=3;s=\"\"DB\"\".\"\"Oil\"\"\"\n");
        assertThat(tags("import", "back.csv", "--device", "boiler", "--dry-run")).isZero();
        assertThat(out.toString()).contains("no tag changes");
        assertThat(run("plan", folder.resolve("gateway.yaml").toString())).isZero();
        assertThat(
                        new GatewayConfigReader(SystemTags.device().tags())
                                .read(folder.resolve("gateway.yaml")).devices().stream()
                                        .flatMap(d -> d.tags().stream())
                                        .map(t -> t.address().toString()))
                .anyMatch(address -> address.contains("node=" + SIEMENS + ","));
    }

    @Test
    void whatIsExportedIsImportedWithoutAChange() throws Exception {
        write(
                "tags/press.csv",
                """
                name,address,type,enum,invalid,range,unit,scale
                state,holding:1,uint16,0=off; 1=on\\; hot; 2=a=b,,,,
                level,holding:2,int16,,0x7FFF; -32768,-5..40,"m, mean",0.1
                """);
        assertThat(tags("export", "a.csv", "--device", "press")).as(err.toString()).isZero();
        assertThat(tags("import", "a.csv", "--device", "press")).as(err.toString()).isZero();
        assertThat(out.toString()).contains("no tag changes");
        assertThat(tags("export", "b.csv", "--device", "press")).isZero();
        assertThat(text("b.csv")).isEqualTo(text("a.csv")).isEqualTo(text("tags/press.csv"));
    }

    @Test
    void aMistakeNamesRowAndColumnAndNothingIsWritten() throws Exception {
        write(
                "map.csv",
                "name,address,type,poll\na,coil:1,,5\nb,holdng:2,uint16,\nc,holding:3,uint17,\n");

        assertThat(tags("import", "map.csv", "--device", "press")).isEqualTo(78);
        assertThat(err.toString().replace(folder + "/", ""))
                .contains(
                        "map.csv: row 3, column address, tag b: 'holdng:2' is not",
                        "map.csv: row 4, column type, tag c: 'uint17' is not known (did you mean 'uint16'?)",
                        "map.csv: row 2, column poll, tag a: '5' is not a time with its unit",
                        "3 problems; nothing was written");
        assertThat(text("tags/press.csv")).contains("running");
    }

    @Test
    void aDryRunShowsWhatWouldChangeAndWritesNothing() throws Exception {
        write("map.csv", "name,address,unit\nrunning,coil:2,\nhot,coil:3,K\n");

        assertThat(tags("import", "map.csv", "--device", "press", "--dry-run")).isZero();
        assertThat(out.toString())
                .contains(
                        "~ running  address coil:1 → coil:2",
                        "+ hot  address coil:3, unit K",
                        "nothing was written");
        assertThat(text("tags/press.csv")).doesNotContain("hot");
    }

    @Test
    void aLinkedTagFileStaysALinkWithItsRights() throws Exception {
        var real = folder.resolve("real.csv");
        Files.move(folder.resolve("tags/press.csv"), real);
        var rights = PosixFilePermissions.fromString("rw-r-----");
        Files.setPosixFilePermissions(real, rights);
        Files.createSymbolicLink(folder.resolve("tags/press.csv"), Path.of("../real.csv"));
        write("map.csv", "name,address\na,coil:1\n");

        assertThat(tags("import", "map.csv", "--device", "press")).as(err.toString()).isZero();
        assertThat(folder.resolve("tags/press.csv")).isSymbolicLink();
        assertThat(text("real.csv")).isEqualTo("name,address\na,coil:1\n");
        assertThat(Files.getPosixFilePermissions(real)).isEqualTo(rights);
    }

    @Test
    void aTextOfTwoLinesIsNoCellAndNamesItsTag() throws Exception {
        write(
                "gateway.yaml",
                CONFIG.replace("@port@", "1")
                        .replace("address: \"coil:9\"", "address: \"coil:9\", unit: \"a\\nb\""));

        assertThat(tags("export", "p.csv", "--device", "inline")).isEqualTo(78);
        assertThat(err.toString()).contains("devices.inline.tags.more.unit", "has a line break");
        assertThat(folder.resolve("p.csv")).doesNotExist();
    }

    @Test
    void theDocumentOfAnImportStandsAlone() throws Exception {
        write("map.csv", "name,address\nrunning,coil:2\n");

        assertThat(tags("import", "map.csv", "--device", "press", "--dry-run", "-o", "json"))
                .isZero();
        assertThat(new JsonObject(out.toString()).getInteger("tags")).isEqualTo(1);
        assertThat(out.toString().strip()).endsWith("}");
        assertThat(err.toString()).contains("nothing was written");

        assertThat(tags("import", "map.csv", "--device", "press", "-o", "json")).isZero();
        assertThat(out.toString().strip()).endsWith("}");
        assertThat(err.toString()).contains("1 tag of device press");
    }

    @Test
    void anAlarmOnATagThatTheFileLacksStopsTheImport() throws Exception {
        write(
                "gateway.yaml",
                CONFIG.replace("@port@", "1")
                        + """
                        alarms:
                          stopped: {tag: "press/running", when: "value == false", priority: low, message: "m", action: "a"}
                        """);
        write("map.csv", "name,address\nother,coil:1\n");

        assertThat(tags("import", "map.csv", "--device", "press")).isEqualTo(78);
        assertThat(err.toString()).contains("alarms.stopped");
        assertThat(text("tags/press.csv")).contains("running");
    }

    @Test
    void tagsThatStandInTheYamlAreNotOverwrittenAndItIsSaidWhatToDo() throws Exception {
        write("map.csv", "name,address\na,coil:1\n");

        assertThat(tags("import", "map.csv", "--device", "inline")).isEqualTo(78);
        assertThat(err.toString()).contains("write 'tags: {file: tags/inline.csv}' there");
        assertThat(tags("import", "map.csv", "--device", "pres")).isEqualTo(78);
        assertThat(err.toString()).contains("there is no device pres; there are: press, boiler");
    }

    @Test
    void aDeviceWithoutTagsOfItsOwnExportsThoseOfItsProfileFilledIn() throws Exception {
        assertThat(tags("export", "p.csv", "--device", "plain")).isZero();
        assertThat(text("p.csv")).isEqualTo("name,address\nrunning,coil:3\n");
        assertThat(tags("export", "p.csv", "--profile", "acme")).isZero();
        assertThat(text("p.csv")).isEqualTo("name,address\nrunning,coil:${base}\n");
        assertThat(tags("export", "p.csv", "--device", "inline")).isZero();
        assertThat(text("p.csv")).isEqualTo("name,address\nmore,coil:9\n");
        assertThat(err.toString()).contains("1 tags more from its profile");
    }

    @Test
    void aFileThatIsNamedAndNotThereYetIsMadeByTheImport() throws Exception {
        Files.delete(folder.resolve("tags/press.csv"));
        write("map.csv", "name,address\na,coil:1\n");

        assertThat(tags("import", "map.csv", "--device", "press")).as(err.toString()).isZero();
        assertThat(text("tags/press.csv")).isEqualTo("name,address\na,coil:1\n");
    }
}
