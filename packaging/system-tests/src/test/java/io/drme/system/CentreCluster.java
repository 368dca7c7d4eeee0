package io.drme.system;

import io.drme.testing.Certificates;
import io.drme.testing.PostgresServer;
import io.drme.web.client.CommandException;
import io.drme.web.client.Connection;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Three members of a centre as processes over one PostgreSQL server: on loopback, or each in a
 * network of its own with mutual TLS between them.
 */
final class CentreCluster implements AutoCloseable {
    static final int SIZE = 3;
    static final String DATABASE = "fleet";
    private static final Duration LIMIT = Duration.ofSeconds(90);

    private final Path folder;
    private final Programs programs;
    private final PostgresServer server;
    private final List<Place> places = new ArrayList<>();
    private final List<Relay> relays = new ArrayList<>();
    private final @Nullable Networks networks;

    /**
     * Where a member is.
     *
     * @param host where the others reach it
     * @param httpPort on this loopback, by a relay if need be
     */
    record Place(int number, String host, int clusterPort, int httpPort, int mqttPort, Path data) {
        String name() {
            return "cloud-" + number;
        }

        String url() {
            return "http://127.0.0.1:" + httpPort;
        }

        String address() {
            return host + ":" + clusterPort;
        }
    }

    CentreCluster(
            Path folder, Programs programs, PostgresServer server, @Nullable Networks networks)
            throws IOException, InterruptedException {
        this.networks = networks;
        this.folder = folder;
        this.programs = programs;
        this.server = server;
        server.createDatabase(DATABASE);
        for (int i = 0; i < SIZE; i++) {
            places.add(
                    new Place(
                            i,
                            networks == null ? "127.0.0.1" : Networks.address(i),
                            Programs.freePort(),
                            Programs.freePort(),
                            Programs.freePort(),
                            folder.resolve("cloud-" + i)));
        }
    }

    Place place(int number) {
        return places.get(number);
    }

    List<Integer> mqttPorts() {
        return places.stream().map(Place::mqttPort).toList();
    }

    void startAll() throws IOException, InterruptedException {
        for (int i = 0; i < SIZE; i++) {
            start(i);
        }
        awaitWhole();
    }

    void start(int number) throws IOException {
        var place = places.get(number);
        var secret = Files.writeString(folder.resolve("postgres.secret"), PostgresServer.PASSWORD);
        var config =
                Files.writeString(
                        folder.resolve(place.name() + ".yaml"),
                        """
                        cluster: {name: test, listen: "%s", members: %s%s}
                        ingest: {listen: "127.0.0.1:%d"}
                        store: {url: "%s", user: %s, password-file: "%s"}
                        web: {listen: "127.0.0.1:%d"}
                        jobs: {every: 2s, wait: 4s}
                        pipelines:
                          counted:
                            by: gateway
                            from: ["*/press-3/oil/temperature"]
                            steps: [{aggregate: {window: 1s, functions: [count]}}]
                            to: ["{path}/{function}"]
                          together:
                            from: ["*/press-3/oil/**", "*/boiler/**"]
                            steps: [{filter: "quality == 'good'"}, {merge: {}}, {aggregate: {window: 1s, functions: [count]}}]
                            to: ["together/{function}"]
                        """
                                .formatted(
                                        place.address(),
                                        places.stream()
                                                .map(p -> "\"" + p.address() + "\"")
                                                .toList(),
                                        tls(number),
                                        place.mqttPort(),
                                        server.url(DATABASE),
                                        PostgresServer.USER,
                                        secret,
                                        place.httpPort()));
        programs.start(
                place.name(),
                "cloud",
                networks == null ? List.of() : networks.within(number),
                List.of("run", "--config", config.toString(), "--data", place.data().toString()));
    }

    private String tls(int number) {
        return networks == null
                ? ""
                : ", tls: {certificate: %1$s/member-%2$d.pem, key: %1$s/member-%2$d.key, ca: %1$s/members.pem}"
                        .formatted(folder, number);
    }

    /**
     * Makes certificates, and carries connections to and from the networks: they share no packet
     * with this one, but the files.
     */
    void connectNetworks(Networks apart) throws Exception {
        var certificates = new Certificates(folder);
        for (var place : places) {
            certificates.make("member-" + place.number(), "ip:" + place.host());
        }
        certificates.authority("members.pem", "member-0", "member-1", "member-2");
        int database = Integer.parseInt(server.address().replaceAll(".*:", ""));
        var socket = server.data().resolveSibling(".s.PGSQL." + database);
        for (var place : places) {
            var http = "unix:" + folder.resolve("http-" + place.number());
            var mqtt = "unix:" + folder.resolve("mqtt-" + place.number());
            relays.add(Relay.start("tcp:" + place.httpPort(), http));
            relays.add(Relay.start("tcp:" + place.mqttPort(), mqtt));
            var command = new ArrayList<>(apart.within(place.number()));
            command.addAll(
                    List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-Xmx32m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Relay.class.getName(),
                            "tcp:" + database,
                            "unix:" + socket,
                            http,
                            "tcp:" + place.httpPort(),
                            mqtt,
                            "tcp:" + place.mqttPort()));
            programs.startOther("relay-" + place.number(), command);
        }
    }

    @Override
    public void close() throws IOException {
        for (var relay : relays) {
            relay.close();
        }
    }

    /** Waits until all members are ready and see each other. */
    void awaitWhole() throws InterruptedException, IOException {
        for (var place : places) {
            programs.awaitReady(place.url());
            Programs.await(
                    place.name() + " sees all members well",
                    LIMIT,
                    () -> states(place.number()).equals(List.of("up", "up", "up")));
        }
    }

    /** How a member sees all of them. */
    List<String> states(int number) throws CommandException, InterruptedException {
        var states = new ArrayList<String>();
        var members = list(number, "/api/v1/members", Map.of());
        for (int i = 0; i < members.size(); i++) {
            states.add(members.getJsonObject(i).getString("state"));
        }
        return states;
    }

    /** The member to which the only gateway is connected; -1 for none. */
    int ofGateway(int asked) throws CommandException, InterruptedException {
        var members = list(asked, "/api/v1/members", Map.of());
        for (int i = 0; i < members.size(); i++) {
            var member = members.getJsonObject(i);
            if (member.getString("state").equals("up") && member.getLong("connections", 0L) > 0) {
                var address = member.getString("address");
                return places.stream()
                        .filter(p -> p.address().equals(address))
                        .findFirst()
                        .orElseThrow()
                        .number();
            }
        }
        return -1;
    }

    JsonObject get(int number, String path, Map<String, String> parameters)
            throws CommandException, InterruptedException {
        try (var c = connection(number)) {
            return c.get(path, parameters);
        }
    }

    JsonArray list(int number, String path, Map<String, String> parameters)
            throws CommandException, InterruptedException {
        try (var c = connection(number)) {
            return c.list(path, parameters, 100_000);
        }
    }

    JsonObject post(int number, String path, JsonObject body)
            throws CommandException, InterruptedException {
        try (var c = connection(number)) {
            return c.post(path, body);
        }
    }

    /** With the token of the first member, which all of them let in. */
    private Connection connection(int number) throws CommandException {
        return Connection.find(places.get(number).url(), places.getFirst().data(), Map.of());
    }
}
