package io.drme.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.sim.fault.Fault;
import io.drme.sim.fault.FaultKind;
import io.drme.testing.ManualClock;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ControlServerTest {
    private final ManualClock clock = new ManualClock();
    private final HttpClient client = HttpClient.newHttpClient();
    private Plant plant;
    private ControlServer control;

    @BeforeEach
    void start() throws Exception {
        plant =
                Plant.parse(
                        "plant.yaml",
                        """
                        devices:
                          press:
                            protocol: modbus
                            listen: "127.0.0.1:0"
                            units: {1: {points: {level: {address: "input:7", value: 42}}}}
                        """,
                        Plant.Overrides.NONE,
                        clock);
        plant.start();
        control = ControlServer.start(plant, 0);
    }

    @AfterEach
    void stop() {
        control.close();
        plant.close();
        client.close();
    }

    private String url() {
        return "http://127.0.0.1:" + control.address().getPort();
    }

    private HttpResponse<String> put(String device, String body) throws Exception {
        var request =
                HttpRequest.newBuilder(URI.create(url() + "/api/v1/faults/" + device))
                        .PUT(HttpRequest.BodyPublishers.ofString(body))
                        .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private Fault present() {
        return plant.member("press").orElseThrow().faults().of("1");
    }

    private record Ran(int exit, String out, String err) {}

    private Ran run(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int exit =
                Main.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(arguments);
        return new Ran(exit, out.toString(), err.toString());
    }

    @Test
    void aFaultIsSetForATimeAndListed() throws Exception {
        var answer =
                put("press", "{\"fault\":\"slow\",\"unit\":1,\"for\":\"30s\",\"delay\":\"2s\"}");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo(
                        "{\"items\":[{\"device\":\"press\",\"unit\":\"1\",\"fault\":\"slow\"}],\"next\":null}");
        assertThat(present()).isEqualTo(new Fault(FaultKind.SLOW, Duration.ofSeconds(2), 0));
        clock.advance(Duration.ofSeconds(30));
        assertThat(present()).isEqualTo(Fault.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "pres  | {\"fault\":\"silent\"}              | 404 | there are: press",
                "press | {\"fault\":\"silence\"}             | 400 | did you mean 'silent'?",
                "press | {\"fault\":\"silent\",\"unit\":\"7\"} | 400 | it has: 1",
                "press | {\"fault\":\"silent\",\"fro\":\"1s\"} | 400 | 'fro' is not known; known: fault",
                "press | {\"fault\":\"silent\",\"for\":\"1\"}  | 400 | a time with its unit",
                "press | {\"fault\":\"exception\",\"code\":0}  | 400 | expected 1 to 255",
                "press | {}                              | 400 | 'fault' is missing",
                "press | nonsense                        | 400 | the body is not JSON",
                "press | []                              | 400 | no JSON object",
            })
    void whatCantBeDoneIsRefusedWithTheRemedy(
            String device, String body, int status, String expected) throws Exception {
        var answer = put(device, body);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type"))
                .contains("application/problem+json");
        assertThat(answer.body()).contains(expected);
        assertThat(present()).isEqualTo(Fault.NONE);
    }

    private HttpResponse<String> get(String path) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(url() + path)).build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void thePageComesWithAllItsFilesAndRunsNoOthers() throws Exception {
        var page = get("/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Security-Policy"))
                .contains("default-src 'self'");
        for (var file : List.of("/control.css", "/control.js")) {
            assertThat(page.body()).contains(file);
            assertThat(get(file).statusCode()).as(file).isEqualTo(200);
        }
        assertThat(get("/control/index.html").statusCode()).isEqualTo(404);
    }

    // A page of the internet whose name was made to mean 127.0.0.1 would be asked for by that name.
    @Test
    void whoAsksForAnotherHostIsRefused() throws Exception {
        try (var socket =
                new Socket(InetAddress.getLoopbackAddress(), control.address().getPort())) {
            socket.getOutputStream()
                    .write(
                            "GET /api/v1/devices HTTP/1.1\r\nHost: plant.example\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
            var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 403").contains("the same machine only");
        }
    }

    @Test
    void theCommandLineSetsAndEndsFaults() {
        assertThat(run("fault", "press:1", "exception", "--code", "2", "--url", url()).exit())
                .isZero();
        assertThat(present()).isEqualTo(new Fault(FaultKind.EXCEPTION, Fault.DEFAULT_DELAY, 2));
        assertThat(run("fault", "press", "none", "--url", url()).exit()).isZero();
        assertThat(present()).isEqualTo(Fault.NONE);
    }

    @Test
    void devicesAreListedInThreeForms() {
        int port = plant.address("press").getPort();
        assertThat(run("devices", "--url", url()).out()).contains("127.0.0.1:" + port);
        assertThat(run("devices", "-o", "csv", "--url", url()).out())
                .contains("press,modbus,127.0.0.1:" + port);
        assertThat(run("devices", "-o", "json", "--url", url()).out())
                .contains("\"port\":" + port)
                .contains("\"units\":[\"1\"]");
    }

    @Test
    void mistakesOfThePersonHaveTheirExitCodes() {
        assertThat(run("fault", "press", "silnt", "--url", url()))
                .satisfies(r -> {
                    assertThat(r.exit()).isEqualTo(2);
                    assertThat(r.err()).contains("did you mean 'silent'?");
                });
        assertThat(run("fault", "boiler", "silent", "--url", url()))
                .satisfies(r -> {
                    assertThat(r.exit()).isEqualTo(1);
                    assertThat(r.err()).contains("no device 'boiler'; there are: press");
                });
        assertThat(run("run", "no-such-file.yaml"))
                .satisfies(r -> {
                    assertThat(r.exit()).isEqualTo(78);
                    assertThat(r.err()).contains("there is no such file");
                });
        assertThat(run("run", "press-line", "--listen", "press=nowhere").exit()).isEqualTo(2);
    }

    @Test
    void nobodyAtTheUrlIsToldWithTheRemedy() {
        int port = control.address().getPort();
        control.close();
        assertThat(run("devices", "--url", "http://127.0.0.1:" + port).err())
                .contains("is 'drme-sim run' running");
    }

    @Test
    void helpShowsExamples() {
        assertThat(run("--help").out()).contains("Examples:").contains("drme-sim fault press");
        assertThat(run("--help").out()).contains("drme-sim fleet --gateways");
        assertThat(run("run", "--help").out()).contains("drme-sim run press-line");
    }

    @Test
    void helpNamesEachFault() {
        var words = List.of(run("fault", "--help").out().split("[^a-z-]+"));
        for (var kind : FaultKind.values()) {
            assertThat(words).contains(kind.text());
        }
    }
}
