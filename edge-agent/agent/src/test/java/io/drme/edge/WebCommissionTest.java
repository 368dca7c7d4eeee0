package io.drme.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A device is planned and taken into service over REST, and what people wrote stays as it is. */
class WebCommissionTest {
    private static final String PLAN = "/api/v1/commission/plan";
    private static final String APPLY = "/api/v1/commission/apply";
    private static final String WRITTEN =
            """
            gateway: {id: g-1, site: acme/here}
            include: [conf.d/*.yaml]
            web: {listen: "127.0.0.1:0"}
            """;

    @TempDir private Path folder;

    private RunningGateway gateway(String config) throws Exception {
        Files.createDirectories(folder.resolve("conf.d"));
        Files.writeString(folder.resolve("gateway.yaml"), config);
        return RunningGateway.start(folder.resolve("gateway.yaml"), folder.resolve("data"));
    }

    private static JsonObject device(String name, String type) {
        return new JsonObject(
                """
                {"device": "%s", "keys": {"driver": "modbus", "url": "tcp://127.0.0.1:9"},
                 "tags": [{"name": "oil", "address": "holding:1", "type": "%s"}]}
                """
                        .formatted(name, type));
    }

    private String file(String name) throws Exception {
        var path = folder.resolve("conf.d").resolve(name);
        return Files.exists(path) ? Files.readString(path) : "";
    }

    @Test
    void aPlanTellsWhatChangesAndWritesNothingAndApplyWritesTwoFilesAndRunsThem() throws Exception {
        try (var gateway = gateway(WRITTEN)) {
            var plan = gateway.post(PLAN, device("press-9", "uint16").encode());
            assertThat(plan.statusCode()).as(plan.body()).isEqualTo(200);
            assertThat(new JsonObject(plan.body()).getJsonArray("changes").encode())
                    .contains("+ device press-9");
            assertThat(file("press-9.yaml")).isEmpty();

            var applied =
                    gateway.post(
                            APPLY,
                            device("press-9", "uint16").put("confirmWithin", "60s").encode());
            assertThat(applied.statusCode()).as(applied.body()).isEqualTo(200);
            assertThat(new JsonObject(applied.body()).getBoolean("onTrial")).isTrue();
            assertThat(file("press-9.yaml")).contains("tags: {file: press-9.csv}");
            assertThat(file("press-9.csv")).isEqualTo("name,address,type\noil,holding:1,uint16\n");
            assertThat(gateway.items("/api/v1/tags?match=*/press-9/**")).hasSize(1);
            assertThat(Files.readString(folder.resolve("gateway.yaml"))).isEqualTo(WRITTEN);
        }
    }

    // Planted: without the draft in the place of the file, a second plan finds the device twice.
    @Test
    void aDeviceOfThePageIsPlannedAnewOverItsOwnFile() throws Exception {
        try (var gateway = gateway(WRITTEN)) {
            var first = device("press-9", "uint16").put("confirmWithin", "60s");
            assertThat(gateway.post(APPLY, first.encode()).statusCode()).isEqualTo(200);

            var again = gateway.post(PLAN, device("press-9", "int16").encode());
            assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
            assertThat(new JsonObject(again.body()).getJsonArray("changes").encode())
                    .contains("~ device press-9");
        }
    }

    @Test
    void whatWouldNotRunIsRefusedByItsTagAndTheFilesStayAsTheyWere() throws Exception {
        try (var gateway = gateway(WRITTEN)) {
            var wrong = device("press-9", "complex").put("confirmWithin", "60s");
            var refused = gateway.post(APPLY, wrong.encode());
            assertThat(refused.statusCode()).isEqualTo(422);
            assertThat(refused.body()).contains("oil").contains("complex");
            assertThat(file("press-9.yaml") + file("press-9.csv")).isEmpty();
        }
    }

    @Test
    void whereNoFolderIsIncludedItSaysWhatToWrite() throws Exception {
        try (var gateway = gateway(WRITTEN.replace("include: [conf.d/*.yaml]\n", ""))) {
            var refused = gateway.post(PLAN, device("press-9", "uint16").encode());
            assertThat(refused.statusCode()).isEqualTo(422);
            assertThat(refused.body()).contains("include: [conf.d/*.yaml]");
        }
    }

    @Test
    void aNameOrKeyThatLeadsElsewhereIsRefused() throws Exception {
        try (var gateway = gateway(WRITTEN)) {
            assertThat(gateway.post(PLAN, device("../x", "uint16").encode()).statusCode())
                    .isEqualTo(400);
            var keyed = device("press-9", "uint16");
            keyed.getJsonObject("keys").put("include", "x");
            assertThat(gateway.post(PLAN, keyed.encode()).statusCode()).isEqualTo(400);
        }
    }

    // A value must not become an option: --data would lead to another agent's secrets.
    @Test
    void commandsTakeValuesAsValuesAndTellTheirExit() throws Exception {
        try (var gateway = gateway(WRITTEN)) {
            var tried =
                    gateway.post(
                            "/api/v1/commission/probe",
                            new JsonObject().put("url", "--data=/somewhere").encode());
            assertThat(tried.statusCode()).as(tried.body()).isEqualTo(200);
            var said = new JsonObject(tried.body());
            assertThat(said.getInteger("exit")).isEqualTo(2);
            assertThat(said.getString("said")).contains("'--data=/somewhere' is no URL");

            var lost =
                    gateway.post(
                            "/api/v1/commission/probe",
                            new JsonObject().put("url", "tcp://127.0.0.1:9").encode());
            assertThat(new JsonObject(lost.body()).getJsonArray("items").encode())
                    .contains("port 9 takes no connection");
        }
    }

    // Planted: without the look at what the page wrote last, the person's file is gone.
    @Test
    void whatAPersonWroteOrChangedIsRefusedAndStays() throws Exception {
        try (var gateway = gateway(WRITTEN)) {
            var device = device("press-9", "uint16").put("confirmWithin", "60s").encode();
            Files.writeString(folder.resolve("conf.d/press-9.csv"), "# mine\n");
            var refused = gateway.post(APPLY, device);
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(409);
            assertThat(refused.body()).contains("press-9.csv").contains("another name");
            assertThat(gateway.post(PLAN, device).statusCode()).isEqualTo(409);
            assertThat(file("press-9.csv")).isEqualTo("# mine\n");
            assertThat(file("press-9.yaml")).isEmpty();

            Files.delete(folder.resolve("conf.d/press-9.csv"));
            assertThat(gateway.post(APPLY, device).statusCode()).isEqualTo(200);
            gateway.post("/api/v1/configuration/confirm", "{}");
            var mine = file("press-9.yaml") + "# by hand\n";
            Files.writeString(folder.resolve("conf.d/press-9.yaml"), mine);
            assertThat(gateway.post(APPLY, device).statusCode()).isEqualTo(409);
            assertThat(file("press-9.yaml")).isEqualTo(mine);
        }
    }

    // Planted: the files stay where nobody confirms; the next start brings the device.
    @Test
    void aTrialThatGoesBackBringsBackTheFilesOfBefore() throws Exception {
        try (var gateway = gateway(WRITTEN)) {
            var first = device("press-9", "uint16").put("confirmWithin", "60s");
            assertThat(gateway.post(APPLY, first.encode()).statusCode()).isEqualTo(200);
            assertThat(gateway.post(APPLY, first.encode()).statusCode())
                    .as("one is on trial")
                    .isEqualTo(409);
            var confirmed = gateway.post("/api/v1/configuration/confirm", "{}");
            assertThat(confirmed.statusCode()).as(confirmed.body()).isEqualTo(200);
            var kept = file("press-9.csv");

            var second = device("press-9", "int16").put("confirmWithin", "1ms");
            assertThat(gateway.post(APPLY, second.encode()).statusCode()).isEqualTo(200);
            RunningGateway.await("files as before", () -> file("press-9.csv").equals(kept));
            var other = device("press-8", "int16").put("confirmWithin", "1ms");
            RunningGateway.await(
                    "another is taken",
                    () -> gateway.post(APPLY, other.encode()).statusCode() == 200);
            RunningGateway.await(
                    "files of the rejected are gone",
                    () -> (file("press-8.yaml") + file("press-8.csv")).isEmpty());
            assertThat(file("press-9.yaml")).contains("press-9.csv");
            var again = device("press-9", "int16").put("confirmWithin", "60s");
            RunningGateway.await(
                    "the page still knows its own file",
                    () -> gateway.post(APPLY, again.encode()).statusCode() == 200);
        }
    }

    // Planted: without a look at the marker the start runs what nobody confirmed.
    @Test
    void aStartWithinATrialGoesBack() throws Exception {
        try (var gateway = gateway(WRITTEN)) {
            var device = device("press-9", "uint16").put("confirmWithin", "60s");
            assertThat(gateway.post(APPLY, device.encode()).statusCode()).isEqualTo(200);
            assertThat(file("press-9.yaml")).isNotEmpty();
        }
        try (var gateway = gateway(WRITTEN)) {
            assertThat(file("press-9.yaml") + file("press-9.csv")).isEmpty();
            assertThat(gateway.items("/api/v1/tags?match=*/press-9/**")).isEmpty();
            var device = device("press-9", "uint16").put("confirmWithin", "60s");
            assertThat(gateway.post(APPLY, device.encode()).statusCode()).isEqualTo(200);
            assertThat(gateway.post("/api/v1/configuration/confirm", "{}").statusCode())
                    .isEqualTo(200);
        }
        try (var gateway = gateway(WRITTEN)) {
            assertThat(gateway.items("/api/v1/tags?match=*/press-9/**")).hasSize(1);
        }
    }

    // Planted: nobody looks whether the sender is there, and the page is busy for ten minutes.
    @Test
    void whatNobodyWaitsForEndsAndTheNextIsTaken() throws Exception {
        try (var gateway = gateway(WRITTEN);
                var silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                var client = HttpClient.newHttpClient()) {
            var ask =
                    new JsonObject()
                            .put("url", "tcp://127.0.0.1:" + silent.getLocalPort())
                            .put("timeout", "10m");
            var asked =
                    client.sendAsync(
                            HttpRequest.newBuilder(
                                            gateway.url().resolve("/api/v1/commission/probe"))
                                    .header("content-type", "application/json")
                                    .header(
                                            "authorization",
                                            "Bearer "
                                                    + Files.readString(folder.resolve("data/token"))
                                                            .strip())
                                    .POST(HttpRequest.BodyPublishers.ofString(ask.encode()))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            try (var device = silent.accept()) {
                assertThat(device.isConnected()).isTrue();
                client.shutdownNow();
                assertThat(asked).isNotNull();
                var next = new JsonObject().put("url", "tcp://127.0.0.1:9").encode();
                RunningGateway.await(
                        "the next is taken",
                        () -> gateway.post("/api/v1/commission/probe", next).statusCode() == 200);
            }
        }
    }

    private JsonObject refused(RunningGateway gateway, String command, JsonObject body)
            throws Exception {
        var answer = gateway.post("/api/v1/commission/" + command, body.encode());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        return new JsonObject(answer.body());
    }

    // Planted: values as they are, and files of arguments read, shows the token in what is said.
    @Test
    void aValueNeverNamesAFileToReadArgumentsFrom() throws Exception {
        try (var gateway = gateway(WRITTEN)) {
            var token = folder.resolve("data/token");
            var by = new JsonObject().put("url", "@" + token);
            var said = gateway.post("/api/v1/commission/probe", by.encode());
            assertThat(said.body()).doesNotContain(Files.readString(token).strip());
            assertThat(refused(gateway, "probe", by).getString("where")).isEqualTo("/url");
            var read = new JsonObject().put("url", "tcp://127.0.0.1:9").put("address", "@x");
            assertThat(refused(gateway, "read", read).getString("where")).isEqualTo("/address");
        }
    }

    // Planted: any path is taken; the broker of whoever asks gets the administrator's token.
    @Test
    void aPasswordComesOnlyFromTheFolderForSecrets() throws Exception {
        try (var gateway = gateway(WRITTEN)) {
            var secrets = Files.createDirectories(folder.resolve("secrets"));
            Files.writeString(secrets.resolve("broker"), "pw");
            Files.createSymbolicLink(secrets.resolve("link"), folder.resolve("data/token"));
            Files.createSymbolicLink(secrets.resolve("folder"), folder.resolve("data"));
            var ask = new JsonObject().put("url", "mqtt://127.0.0.1:9").put("user", "u");
            for (var wrong :
                    new String[] {
                        folder.resolve("data/token").toString(),
                        "../data/token",
                        secrets + "/../data/token",
                        "link",
                        "folder/token",
                        "absent",
                        "."
                    }) {
                var problem = refused(gateway, "probe", ask.copy().put("passwordFile", wrong));
                assertThat(problem.getString("where")).as(wrong).isEqualTo("/passwordFile");
                assertThat(problem.getString("expected")).contains(secrets.toString());
            }
            for (var right : new String[] {"broker", secrets.resolve("broker").toString()}) {
                var tried =
                        gateway.post(
                                "/api/v1/commission/probe",
                                ask.copy().put("passwordFile", right).encode());
                assertThat(tried.statusCode()).as(tried.body()).isEqualTo(200);
                assertThat(tried.body()).contains("port 9 takes no connection");
            }
        }
    }
}
