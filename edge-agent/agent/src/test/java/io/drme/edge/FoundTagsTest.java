package io.drme.edge;

import static io.drme.edge.RunningGateway.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.drme.config.InvalidConfigException;
import io.drme.driver.DeviceSpec;
import io.drme.driver.DriverFactory;
import io.drme.driver.FoundTag;
import io.drme.edge.config.GatewayConfigReader;
import io.drme.sim.Plant;
import io.drme.time.SystemClock;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tags that come to be while the gateway runs, by topics that somebody publishes to. */
@Timeout(120)
class FoundTagsTest {
    private static final String CONFIG =
            """
            gateway: {id: line-1, site: acme/test}
            devices:
              wearables:
                driver: mqtt
                url: "mqtt://127.0.0.1:PORT"
                timeout: 5s
                poll: 100ms
                tags:
                  mode: {address: ward-mode, type: text}
                  "{ward}/pulse": {address: "ward/{ward}/vitals", path: /bpm, unit: "/min", max-tags: 3}
            pipelines:
              twice: {from: ["wearables/*/pulse"], steps: [{map: "value * 2"}], to: ["twice/{tag}"]}
            alarms:
              fast: {tag: "wearables/*/pulse", high: 150, message: "Fast"}
              bed-b: {tag: "wearables/b/pulse", low: 30, message: "Slow"}
            store: {sync-every: 50ms}
            web: {listen: "127.0.0.1:0"}
            """;

    @TempDir private Path folder;

    private Plant plant;
    private MqttClient publisher;

    @BeforeEach
    void startBroker() throws Exception {
        plant =
                Plant.parse(
                        "plant.yaml",
                        "devices: {ward: {protocol: mqtt, listen: \"127.0.0.1:0\"}}",
                        Plant.Overrides.NONE,
                        new SystemClock());
        plant.start();
        publisher = new MqttClient("tcp://127.0.0.1:" + port(), "ward", new MemoryPersistence());
        publisher.connect();
    }

    @AfterEach
    void stopBroker() throws Exception {
        publisher.disconnectForcibly(0, 1, false);
        publisher.close(true);
        plant.close();
    }

    private int port() {
        return plant.address("ward").getPort();
    }

    private void publish(String topic, String payload) throws Exception {
        publisher.publish(topic, payload.getBytes(StandardCharsets.UTF_8), 1, false);
    }

    private void pulse(String ward, int bpm) throws Exception {
        publish("ward/" + ward + "/vitals", "{\"bpm\": %d}".formatted(bpm));
    }

    private RunningGateway start() throws Exception {
        var file = folder.resolve("gateway.yaml");
        Files.writeString(file, CONFIG.replace("PORT", "" + port()));
        var gateway = RunningGateway.start(file, folder.resolve("data"));
        await("connected", () -> state(gateway).equals("good"));
        return gateway;
    }

    private static JsonObject device(RunningGateway gateway) {
        return gateway.items("/api/v1/devices").getFirst();
    }

    private static String state(RunningGateway gateway) {
        return device(gateway).getString("state");
    }

    private static List<String> tags(RunningGateway gateway) {
        return gateway.items("/api/v1/tags?match=line-1/wearables/**").stream()
                .map(t -> t.getString("tag"))
                .toList();
    }

    private static Object value(RunningGateway gateway, String tag) {
        var items = gateway.items("/api/v1/latest?match=line-1/" + tag);
        var value = items.isEmpty() ? null : items.getFirst().getValue("value");
        return value == null ? "none" : value;
    }

    private static List<Object> history(RunningGateway gateway, String tag) {
        return gateway
                .items(
                        "/api/v1/history?tag=%s&from=2020-01-01T00:00:00Z&to=2100-01-01T00:00:00Z"
                                .formatted(tag))
                .stream()
                .filter(s -> s.getString("quality").equals("good"))
                .map(s -> s.getValue("value"))
                .toList();
    }

    @Test
    void eachMatchIsATagFromItsFirstMessageOn() throws Exception {
        try (var gateway = start()) {
            assertThat(tags(gateway)).containsExactly("wearables/mode");
            publish("ward-mode", "night");
            pulse("a", 71);
            pulse("b", 160);
            await("a is there", () -> value(gateway, "wearables/a/pulse").equals(71.0));
            await("and derived", () -> value(gateway, "twice/wearables/a/pulse").equals(142.0));
            await("b is there", () -> value(gateway, "wearables/b/pulse").equals(160.0));
            assertThat(tags(gateway))
                    .containsExactly("wearables/a/pulse", "wearables/b/pulse", "wearables/mode");
            var a = gateway.items("/api/v1/tags?match=line-1/wearables/a/pulse").getFirst();
            assertThat(a.getString("unit")).isEqualTo("/min");
            assertThat(a.getString("source")).isEqualTo("mqtt");
            assertThat(gateway.items("/api/v1/alarms?state=unacknowledged"))
                    .extracting(x -> x.getString("name") + " " + x.getString("tag"))
                    .containsExactly("fast wearables/b/pulse");
            assertThat(history(gateway, "wearables/a/pulse")).containsExactly(71.0);
            // The connection that was there before went on, and what it had is not lost.
            assertThat(value(gateway, "wearables/mode")).isEqualTo("night");
            var counters = gateway.agent.supervisor().statuses().getFirst().counters();
            assertThat(counters.connects()).isEqualTo(1);
            assertThat(counters.failures()).isZero();
            await("balanced", () -> gateway.get("/api/v1/reconcile").getBoolean("balanced"));
        }
    }

    // A restart knows them before anybody publishes, under the names that the record has.
    @Test
    void aRestartKnowsThem() throws Exception {
        try (var gateway = start()) {
            pulse("a", 71);
            await("a is there", () -> value(gateway, "wearables/a/pulse").equals(71.0));
        }
        try (var gateway = start()) {
            assertThat(tags(gateway)).containsExactly("wearables/a/pulse", "wearables/mode");
            pulse("a", 72);
            await("a goes on", () -> value(gateway, "wearables/a/pulse").equals(72.0));
            await(
                    "both are on record",
                    () -> history(gateway, "wearables/a/pulse").equals(List.of(71.0, 72.0)));
        }
    }

    // Anybody may publish anything: what makes no name, or too many, costs no tag and is told.
    @Test
    void hostileTopicsAreRefusedByRuleAndTold() throws Exception {
        try (var gateway = start()) {
            for (var ward : List.of("..", "", "%%%", "日本", "x".repeat(65))) {
                pulse(ward, 1);
            }
            publish("ward/deep/er/vitals", "{\"bpm\": 1}");
            publish("ward/garbage/vitals", "no json");
            pulse("Bed 1", 61);
            await("mapped", () -> value(gateway, "wearables/bed-1/pulse").equals(61.0));
            pulse("bed-1", 99);
            pulse("c", 62);
            pulse("d", 63);
            pulse("e", 64);
            await("told", () -> device(gateway).getString("reason").contains("max-tags"));
            await("d is there", () -> value(gateway, "wearables/d/pulse").equals(63.0));
            assertThat(tags(gateway))
                    .containsExactly(
                            "wearables/bed-1/pulse",
                            "wearables/c/pulse",
                            "wearables/d/pulse",
                            "wearables/mode");
            assertThat(history(gateway, "wearables/bed-1/pulse")).containsExactly(61.0);
            assertThat(device(gateway).getString("reason"))
                    .contains("make no name of a tag")
                    .contains("same name");
            assertThat(state(gateway)).isEqualTo("good");
        }
    }

    @Test
    void aReloadThatTouchesSomethingElseLeavesThemAlone() throws Exception {
        try (var gateway = start()) {
            pulse("a", 71);
            await("a is there", () -> value(gateway, "wearables/a/pulse").equals(71.0));
            var other = folder.resolve("other.yaml");
            Files.writeString(
                    other, CONFIG.replace("PORT", "" + port()).replace("high: 150", "high: 70"));
            gateway.agent.supervisor().apply(other, "test", Duration.ZERO);
            assertThat(gateway.agent.supervisor().statuses().getFirst().counters().connects())
                    .isEqualTo(1);
            assertThat(value(gateway, "wearables/a/pulse")).isEqualTo(71.0);
            await(
                    "the alarm looks at it",
                    () -> gateway.items("/api/v1/alarms?state=unacknowledged").size() == 1);
        }
    }

    // Ward 'a' clashes; that it comes in the same second as others must not cost these.
    @Test
    void onlyTheTagThatDoesNotFitIsGivenUp() throws Exception {
        try (var gateway = RunningGateway.start(clashing(), folder.resolve("data"))) {
            await("connected", () -> state(gateway).equals("good"));
            pulse("b", 71);
            pulse("a", 72);
            pulse("c", 73);
            await("b is there", () -> value(gateway, "wearables/b/pulse").equals(71.0));
            await("c is there", () -> value(gateway, "wearables/c/pulse").equals(73.0));
            assertThat(tags(gateway))
                    .containsExactly("wearables/b/pulse", "wearables/c/pulse", "wearables/mode");
        }
    }

    @Test
    void theMoreTagsThereAreTheRarerTheyAreLookedFor() {
        assertThat(Finder.pause(10)).isEqualTo(Duration.ofSeconds(1).toNanos());
        assertThat(Finder.pause(5_000)).isEqualTo(Duration.ofSeconds(5).toNanos());
        assertThat(Finder.pause(100_000)).isEqualTo(Duration.ofSeconds(30).toNanos());
    }

    private static FoundTag found(DriverFactory factory, DeviceSpec device, String topic) {
        return factory.found(device.templates().getFirst(), topic).orElseThrow();
    }

    @Test
    void whatATrialKnowsNothingOfIsForgottenOnlyOnceItIsKept() throws Exception {
        var file = folder.resolve("gateway.yaml");
        Files.writeString(file, CONFIG.replace("PORT", "1"));
        var reader = new GatewayConfigReader(SystemTags.device().tags());
        var device = reader.read(file).devices().getFirst();
        var mqtt = Objects.requireNonNull(reader.factories().get("mqtt"), "a driver of ours");
        var known = FoundTags.read(reader.factories(), folder);
        known.add(device, List.of(found(mqtt, device, "ward/a/vitals")));
        known.save(List.of(), true);
        assertThat(FoundTags.read(reader.factories(), folder).with(device).tags()).hasSize(2);
        known.save(List.of(), false);
        assertThat(FoundTags.read(reader.factories(), folder).with(device).tags()).hasSize(1);
    }

    @Test
    void aFileOfFoundTagsThatCannotBeReadIsSetAside() throws Exception {
        byte[] damaged = {'a', (byte) 0xff};
        Files.write(folder.resolve("found-tags"), damaged);
        var known = FoundTags.read(Map.of(), folder);
        known.save(List.of(), false);
        assertThat(folder.resolve("found-tags.bad")).hasBinaryContent(damaged);
    }

    // Two pipelines make a tag of one name, the first only where there is a ward 'a'.
    private static String clashingWithWardA() {
        return CONFIG.replace(
                "pipelines:",
                """
                pipelines:
                  one: {from: ["wearables/a/pulse"], steps: [{map: "value > 1"}], to: ["spare"]}
                  two: {from: ["gateway/store/failing"], steps: [{map: "!value"}], to: ["spare"]}
                """
                        .stripTrailing());
    }

    private Path clashing() throws Exception {
        var file = folder.resolve("clashing.yaml");
        Files.writeString(file, clashingWithWardA().replace("PORT", "" + port()));
        return file;
    }

    // Nobody is there at a start who could mend it, so it is not refused for what was found.
    @Test
    void aStartGoesWithoutFoundTagsThatDoNotFit() throws Exception {
        var data = folder.resolve("data");
        Files.createDirectories(data);
        var known = data.resolve("found-tags");
        Files.writeString(known, "wearables\t{ward}/pulse\tward/a/vitals\n");
        try (var gateway = RunningGateway.start(clashing(), data)) {
            await("connected", () -> state(gateway).equals("good"));
            assertThat(gateway.agent.supervisor().current().broken()).isEmpty();
            assertThat(tags(gateway)).containsExactly("wearables/mode");
            pulse("b", 71);
            await("b is there", () -> value(gateway, "wearables/b/pulse").equals(71.0));
        }
    }

    // The trial has no pipeline that clashes, so the tag is made; it must not keep the old away.
    @Test
    void aTrialGoesBackWithoutTheTagsFoundMeanwhileWhereTheyDoNotFit() throws Exception {
        var trial = folder.resolve("trial.yaml");
        Files.writeString(trial, CONFIG.replace("PORT", "" + port()));
        try (var gateway = RunningGateway.start(clashing(), folder.resolve("data"))) {
            await("connected", () -> state(gateway).equals("good"));
            pulse("b", 71);
            await("b is there", () -> value(gateway, "wearables/b/pulse").equals(71.0));
            var supervisor = gateway.agent.supervisor();
            var before = supervisor.current().config();
            supervisor.apply(trial, "test", Duration.ofSeconds(4));
            pulse("a", 72);
            await("a is there", () -> value(gateway, "wearables/a/pulse").equals(72.0));
            await("it went back", () -> supervisor.current().config().equals(before));
            assertThat(tags(gateway)).containsExactly("wearables/b/pulse", "wearables/mode");
            await(
                    "b goes on",
                    () -> {
                        pulse("b", 73); // the device subscribes anew, at a time that is not ours
                        return value(gateway, "wearables/b/pulse").equals(73.0);
                    });
        }
    }

    private String problems(String tag) throws Exception {
        int at = CONFIG.indexOf("\"{ward}/pulse\"");
        return problemsOf(
                CONFIG.substring(0, at) + tag + CONFIG.substring(CONFIG.indexOf('\n', at)));
    }

    private String problemsOf(String text) throws Exception {
        var file = folder.resolve("wrong.yaml");
        Files.writeString(file, text.replace("PORT", "1"));
        try {
            var config = new GatewayConfigReader(SystemTags.device().tags()).read(file);
            new Layout(new GatewayConfigReader(List.of()).factories()).place(config, "f");
            return "";
        } catch (InvalidConfigException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void namesOfAddressAndTagHaveToBeTheSame() throws Exception {
        assertThat(problems("pulse: {address: \"ward/{ward}/vitals\"}"))
                .contains("has {ward}, and the tag's name has not; put it there too");
        assertThat(problems("\"{bed}/pulse\": {address: \"ward/{ward}/vitals\"}"))
                .contains("the name has {bed}, and the address has not");
        assertThat(problems("\"{ward}/pulse\": {address: \"ward/+/vitals\"}"))
                .contains("has a bare wildcard");
        assertThat(problems("pulse: {address: \"ward/vitals\", max-tags: 3}"))
                .contains("max-tags: has no {name} in the address");
    }

    // Told when the file is checked, not when the first tag is found at night.
    @Test
    void whatWouldNotFitTheTagsIsToldBeforeThereIsOne() throws Exception {
        assertThat(problems("\"{ward}/pulse\": {address: \"ward/{ward}/vitals\", type: text}"))
                .contains("alarms.fast");
        assertThat(problems("\"{ward}/rate\": {address: \"ward/{ward}/vitals\"}"))
                .contains("no tag matches 'wearables/*/pulse'");
        assertThat(problems("\"{ward}/pulse\": {address: \"ward/{ward}/vitals\"}")).isEmpty();
    }

    // What is made of tags that are not there yet is as good as they are.
    @Test
    void alarmsAndPipelinesMayMeanWhatIsDerivedFromTagsToCome() throws Exception {
        for (var from : List.of("twice/wearables/*/pulse", "twice/wearables/b/pulse")) {
            assertThat(
                            problemsOf(
                                    CONFIG.replace(
                                            "tag: \"wearables/b/pulse\"", "tag: \"" + from + "\"")))
                    .as("an alarm on %s", from)
                    .isEmpty();
            assertThat(problemsOf(withPipeline(from, "again/{tag}"))).isEmpty();
        }
        assertThat(problemsOf(withPipeline("twice/wearables/*/puls", "again/{tag}")))
                .contains("no tag matches 'twice/wearables/*/puls'");
    }

    @Test
    void aPipelineThatWouldMakeOneTagOfManyIsRefusedBeforeThereAreTwo() throws Exception {
        assertThat(problemsOf(withPipeline("wearables/*/pulse", "one")))
                .contains("pipelines.again.to");
        assertThat(
                        problemsOf(
                                withPipeline("wearables/*/pulse", "one")
                                        .replace("max-tags: 3", "max-tags: 1")))
                .isEmpty();
    }

    private static String withPipeline(String from, String to) {
        return CONFIG.replace(
                "alarms:",
                "  again: {from: [\"%s\"], steps: [{map: \"value + 1\"}], to: [\"%s\"]}\nalarms:"
                        .formatted(from, to));
    }
}
