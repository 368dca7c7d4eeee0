package io.drme.edge;

import static io.drme.edge.RunningGateway.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.drme.sim.Plant;
import io.drme.time.SystemClock;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code drme-agent trust list|add} and {@code certificate export}, as a person runs them. */
class TrustCommandsTest {
    private static final String SCENARIO =
            """
            devices:
              boiler:
                protocol: opcua
                listen: "127.0.0.1:0"
                path: /boiler
                security: basic256sha256
                pki: @pki@
                nodes: {"nsu=urn:acme:boiler;s=Pressure": {value: 4.5}}
            """;
    private static final String NODE = "nsu=urn:acme:boiler;s=Pressure";

    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path data;

    @BeforeEach
    void makeDataDirectory() throws Exception {
        data = Files.createDirectories(folder.resolve("data"));
    }

    private Plant plant(String pki) throws Exception {
        var scenario = SCENARIO.replace("@pki@", folder.resolve(pki).toString());
        var plant = Plant.parse("t", scenario, Plant.Overrides.NONE, new SystemClock());
        plant.start();
        return plant;
    }

    private static String url(Plant plant) {
        return "opc.tcp://127.0.0.1:%d/boiler".formatted(plant.address("boiler").getPort());
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        var all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--data", data.toString()));
        return Main.run(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                Map.of(),
                all.toArray(String[]::new));
    }

    private List<JsonObject> list() {
        assertThat(run("trust", "list", "-o", "json")).as(err.toString()).isZero();
        return new JsonObject(out.toString())
                .getJsonArray("items").stream().map(JsonObject.class::cast).toList();
    }

    private int read(Plant plant) {
        return run("read", url(plant), NODE, "--policy", "basic256sha256", "--reads", "1");
    }

    /** Has a server's certificate refused, and gives its thumbprint. */
    private String refused(Plant plant) {
        var before = list().stream().map(i -> i.getString("thumbprint")).toList();
        assertThat(read(plant)).isEqualTo(1);
        var after = new ArrayList<>(list().stream().map(i -> i.getString("thumbprint")).toList());
        after.removeAll(before);
        assertThat(after).hasSize(1);
        return after.getFirst();
    }

    private X509Certificate certificate(byte[] bytes) throws Exception {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(bytes));
    }

    private static boolean isRead(RunningGateway gateway) {
        return gateway.items("/api/v1/latest").stream()
                .anyMatch(i ->
                        i.getString("tag").equals("boiler/pressure")
                                && Double.valueOf(4.5).equals(i.getValue("value")));
    }

    @Test
    void theServerThatAnAgentRefusedIsTrustedByTheDevicesNameInTheDevicesFolder() throws Exception {
        try (var plant = plant("server")) {
            var file = folder.resolve("gateway.yaml");
            Files.writeString(
                    file,
                    """
                    gateway: {id: g}
                    devices:
                      boiler:
                        driver: opcua
                        url: "%s"
                        security: {policy: basic256sha256, pki: "%s"}
                        tags: {pressure: {address: "%s"}}
                    web: {listen: "127.0.0.1:0"}
                    """
                            .formatted(url(plant), folder.resolve("elsewhere"), NODE));
            try (var _ = RunningGateway.start(file, data)) {
                await(
                        "refused",
                        () -> list().stream().anyMatch(i -> !i.getString("devices").isEmpty()));
                var item = list().getFirst();
                assertThat(item.getString("state")).isEqualTo("rejected");
                assertThat(item.getString("subject")).endsWith("CN=DRME simulator");
                assertThat(item.getString("devices")).isEqualTo("boiler at " + url(plant));
                assertThat(item.getString("since")).startsWith("20");
                assertThat(item.getString("file")).contains("elsewhere/rejected/certs");

                assertThat(run("trust", "add", "boiler")).as(err.toString()).isZero();
                assertThat(out.toString()).contains("trusted: ", item.getString("thumbprint"));
                assertThat(Path.of(item.getString("file"))).doesNotExist();
            }
            // The next try of the same run is half a minute away.
            try (var gateway = RunningGateway.start(file, data)) {
                await("connected", () -> isRead(gateway));
            }
            assertThat(list())
                    .singleElement()
                    .satisfies(i -> {
                        assertThat(i.getString("state")).isEqualTo("trusted");
                        assertThat(i.getString("devices")).isEmpty();
                        assertThat(i.getString("file")).contains("elsewhere/trusted/certs");
                    });
        }
    }

    @Test
    void aRefusalNamesTheCommandThatTrustsTheServer() throws Exception {
        try (var plant = plant("server")) {
            var print = refused(plant);
            read(plant);
            assertThat(err.toString())
                    .contains("run 'drme-agent trust add %s'".formatted(print.substring(0, 8)));

            var colons =
                    print.substring(0, 8).toUpperCase(Locale.ROOT).replaceAll("(..)(?=.)", "$1:");
            assertThat(run("trust", "add", colons, "-o", "csv")).as(err.toString()).isZero();
            assertThat(out.toString().lines().toList().getLast()).startsWith("trusted," + print);
            assertThat(read(plant)).as(err.toString()).isZero();
            // Once more is no mistake.
            assertThat(run("trust", "add", print)).isZero();
        }
    }

    @Test
    void oneOfTwoServersIsTrustedByItsThumbprintOnly() throws Exception {
        try (var one = plant("one");
                var other = plant("other")) {
            var first = refused(one);
            var second = refused(other);

            assertThat(run("trust", "add", "device")).isEqualTo(1);
            assertThat(err.toString())
                    .contains("'device' stands for 2 certificates", first, second);
            assertThat(list()).allMatch(i -> i.getString("state").equals("rejected"));

            assertThat(run("trust", "add", second)).isZero();
            assertThat(read(other)).as(err.toString()).isZero();
            assertThat(read(one)).isEqualTo(1);
        }
    }

    @Test
    void theCertificateOfAFileIsTrustedAsPemAndAsDer() throws Exception {
        try (var plant = plant("server")) {
            var print = refused(plant);
            var rejected = Path.of(list().getFirst().getString("file"));
            var der = folder.resolve("server.der");
            Files.move(rejected, der);
            assertThat(list()).isEmpty();

            assertThat(run("trust", "add", der.toString())).as(err.toString()).isZero();
            assertThat(read(plant)).as(err.toString()).isZero();
            Files.delete(Path.of(list().getFirst().getString("file")));

            var pem = folder.resolve("server.pem");
            Files.writeString(
                    pem,
                    "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
                            .formatted(
                                    Base64.getMimeEncoder()
                                            .encodeToString(Files.readAllBytes(der))));
            assertThat(run("trust", "add", pem.toString())).as(err.toString()).isZero();
            assertThat(list())
                    .singleElement()
                    .satisfies(i -> assertThat(i.getString("thumbprint")).isEqualTo(print));
            assertThat(read(plant)).as(err.toString()).isZero();
        }
    }

    @Test
    void whatIsNoCertificateOrUnknownIsRefusedWithWhatWasExpected() throws Exception {
        var junk = folder.resolve("junk.pem");
        Files.writeString(junk, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        assertThat(run("trust", "add", junk.toString())).isEqualTo(1);
        assertThat(err.toString())
                .contains(junk + " is no certificate", "expected one X.509 certificate");

        Files.writeString(junk, "");
        assertThat(run("trust", "add", junk.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("holds 0 certificates, expected one");

        assertThat(run("trust", "add", "boiler")).isEqualTo(2);
        assertThat(err.toString())
                .contains("'boiler' is neither a device that was refused", "trust list");
        assertThat(run("trust", "add", "")).isEqualTo(2);
        assertThat(Files.exists(data.resolve("pki/trusted"))).isFalse();

        data = folder.resolve("nowhere");
        assertThat(run("trust", "list")).isEqualTo(2);
        assertThat(err.toString()).contains("there is no data directory", "--data", "--pki");
        assertThat(run("certificate", "export", "-")).isEqualTo(2);
        assertThat(Files.exists(data)).isFalse();
    }

    @Test
    void theAgentsCertificateIsMadeOnceAndExportedAsPemAndDer() throws Exception {
        assertThat(run("certificate", "export", "-")).as(err.toString()).isZero();
        var pem = out.toString();
        assertThat(pem).startsWith("-----BEGIN CERTIFICATE-----\n");
        assertThat(pem.lines()).allMatch(l -> l.length() <= 64);
        assertThat(err.toString()).contains("made now");
        var certificate = certificate(pem.getBytes(StandardCharsets.US_ASCII));
        assertThat(certificate.getSubjectAlternativeNames().toString()).contains("urn:drme:agent:");

        var file = folder.resolve("drme.pem");
        assertThat(run("certificate", "export", file.toString())).isZero();
        assertThat(Files.readString(file)).isEqualTo(pem);
        assertThat(out.toString()).startsWith(file + ": thumbprint ").doesNotContain("made now");

        var der = folder.resolve("drme.der");
        assertThat(run("certificate", "export", der.toString())).isZero();
        assertThat(Files.readAllBytes(der)).isEqualTo(certificate.getEncoded());
    }

    // The log goes elsewhere: 'certificate export - > drme.pem' must give a certificate.
    @Test
    void theScreenGetsTheCertificateAloneAlsoWhenItIsMade() throws Exception {
        var errors = folder.resolve("errors.txt");
        var process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName(),
                                "certificate",
                                "export",
                                "-",
                                "--data",
                                data.toString())
                        .redirectError(errors.toFile())
                        .start();
        String printed;
        try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
            printed = reader.readAllAsString();
        }
        assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
        assertThat(printed)
                .startsWith("-----BEGIN CERTIFICATE-----\n")
                .endsWith("-----END CERTIFICATE-----\n");
        assertThat(Files.readString(errors)).contains("made now");
    }

    @Test
    void aGroupOfCommandsAloneShowsItsUse() {
        assertThat(run("trust")).isEqualTo(2);
        assertThat(err.toString()).contains("drme-agent trust", "list|add");
        assertThat(run("certificate")).isEqualTo(2);
        assertThat(err.toString()).contains("drme-agent certificate", "export");
    }
}
