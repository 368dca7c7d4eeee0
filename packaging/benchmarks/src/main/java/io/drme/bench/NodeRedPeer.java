package io.drme.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Node-RED 4 with its usual Modbus nodes: the same reads, five pipelines, twenty alarms, publish,
 * and a WebSocket for a page.
 */
final class NodeRedPeer implements FootprintPeer {
    /** Two reads of 100 registers, of 50 values each, cover a meter. */
    private static final int VALUES_OF_READ = 50;

    private static final String DECODE =
            """
            const b = Buffer.alloc(msg.payload.length * 2);
            msg.payload.forEach((v, i) => b.writeUInt16BE(v, 2 * i));
            const values = {};
            for (let i = 0; i < msg.payload.length / 2; i++) {
                values['v' + (@from@ + i)] = b.readFloatBE(4 * i);
            }
            return {topic: 'node-red/meter-@unit@', payload: values};
            """;

    private static final String PIPELINE =
            """
            const v = msg.payload.v@tag@;
            if (v === undefined || Number.isNaN(v)) return null;
            const all = context.get(msg.topic) || [];
            const now = Date.now();
            all.push([now, v]);
            while (all[0][0] <= now - 10000) all.shift();
            context.set(msg.topic, all);
            const values = all.map(a => a[1]);
            return {topic: msg.topic + '/p@number@', payload: {
                avg: values.reduce((a, b) => a + b, 0) / values.length, max: Math.max(...values)}};
            """;

    private static final String ALARM =
            """
            const v = msg.payload.v@tag@;
            if (v === undefined) return null;
            const now = Date.now();
            const was = context.get('on') || false;
            const wanted = was ? v > 78 : v > 80;
            if (wanted === was) { context.set('since', 0); return null; }
            const since = context.get('since') || now;
            context.set('since', since);
            if (now - since < (wanted ? 2000 : 5000)) return null;
            context.set('on', wanted);
            context.set('since', 0);
            return {topic: 'node-red-alarms/a@number@', payload: {on: wanted, value: v}};
            """;

    private final Path modules;
    private final int webPort;

    /** Takes it from where the launcher has npm install it. */
    NodeRedPeer(int webPort) {
        this.modules =
                Path.of(System.getenv().getOrDefault("DRME_BENCH_PEERS", ".drme/bench-peers"));
        this.webPort = webPort;
    }

    @Override
    public String name() {
        return "node-red";
    }

    @Override
    public String missing() {
        for (var module : List.of("node-red/red.js", "node-red-contrib-modbus/package.json")) {
            if (!Files.exists(modules.resolve("node_modules").resolve(module))) {
                return "node_modules/%s under %s (npm install of packaging/benchmarks/src/main/node)"
                        .formatted(module, modules);
            }
        }
        return "";
    }

    @Override
    public String leavesOut() {
        return "store, backlog, quality, accounting";
    }

    @Override
    public int valuesInMessage() {
        return VALUES_OF_READ;
    }

    /** Where a page gets its values. */
    String liveUrl() {
        return "ws://127.0.0.1:%d/live".formatted(webPort);
    }

    @Override
    public Child start(FootprintWork work, Path folder, int modbusPort, int brokerPort)
            throws IOException {
        var data = Files.createDirectories(folder.resolve("node-red-" + work.name()));
        Files.writeString(data.resolve("flows.json"), flows(work, modbusPort, brokerPort).encode());
        Files.writeString(
                data.resolve("settings.js"),
                """
                module.exports = {
                    flowFile: "flows.json", uiHost: "127.0.0.1", uiPort: %d,
                    logging: {console: {level: "warn"}}
                };
                """
                        .formatted(webPort));
        return Child.start(
                name(),
                List.of(
                        "node",
                        modules.toAbsolutePath().resolve("node_modules/node-red/red.js").toString(),
                        "-u",
                        data.toString()),
                Map.of(),
                folder);
    }

    private static JsonArray flows(FootprintWork work, int modbusPort, int brokerPort) {
        var flow = new JsonArray();
        flow.add(node("tab", "tab").put("label", "bench"));
        flow.add(
                config("line", "modbus-client")
                        .put("clienttype", "tcp")
                        .put("bufferCommands", true)
                        .put("failureLogEnabled", true)
                        .put("tcpHost", "127.0.0.1")
                        .put("tcpPort", modbusPort)
                        .put("tcpType", "DEFAULT")
                        .put("unit_id", 1)
                        .put("commandDelay", 1)
                        .put("clientTimeout", 1_000)
                        .put("reconnectOnTimeout", true)
                        .put("reconnectTimeout", 2_000)
                        .put("parallelUnitIdsAllowed", true));
        flow.add(
                config("broker", "mqtt-broker")
                        .put("broker", "127.0.0.1")
                        .put("port", Integer.toString(brokerPort))
                        .put("clientid", "node-red")
                        .put("autoConnect", true)
                        .put("protocolVersion", "4")
                        .put("keepalive", "60")
                        .put("cleansession", true));
        flow.add(config("live", "websocket-listener").put("path", "/live").put("wholemsg", "true"));
        flow.add(
                node("publish", "mqtt out")
                        .put("topic", "")
                        .put("qos", "0")
                        .put("broker", "broker")
                        .put("wires", new JsonArray()));
        flow.add(
                node("page", "websocket out")
                        .put("server", "live")
                        .put("client", "")
                        .put("wires", new JsonArray()));
        for (int unit = 1; unit <= work.meters(); unit++) {
            addReads(flow, unit);
        }
        for (int i = 0; i < FootprintWork.PIPELINES; i++) {
            flow.add(function("p" + i, numbered(PIPELINE, i, i), List.of("page")));
        }
        for (int i = 0; i < FootprintWork.ALARMS; i++) {
            flow.add(
                    function(
                            "a" + i,
                            numbered(ALARM, FootprintWork.PIPELINES + i, i),
                            List.of("page")));
        }
        return flow;
    }

    private static void addReads(JsonArray flow, int unit) {
        for (int from = 0; from < FootprintWork.TAGS_OF_METER; from += VALUES_OF_READ) {
            var name = "r%d-%d".formatted(unit, from);
            flow.add(
                    node(name, "modbus-read")
                            .put("name", name)
                            .put("unitid", Integer.toString(unit))
                            .put("dataType", "HoldingRegister")
                            .put("adr", Integer.toString(2 * from))
                            .put("quantity", Integer.toString(2 * VALUES_OF_READ))
                            .put("rate", "1")
                            .put("rateUnit", "s")
                            .put("showErrors", true)
                            .put("server", "line")
                            .put("wires", wires(List.of("d" + name)).add(new JsonArray())));
            var to = new java.util.ArrayList<>(List.of("publish", "page"));
            if (from == 0) {
                for (int i = 0; i < FootprintWork.PIPELINES; i++) {
                    to.add("p" + i);
                }
                for (int i = 0; unit == 1 && i < FootprintWork.ALARMS; i++) {
                    to.add("a" + i);
                }
            }
            flow.add(
                    function(
                            "d" + name,
                            DECODE.replace("@from@", Integer.toString(from))
                                    .replace("@unit@", Integer.toString(unit)),
                            to));
        }
    }

    private static String numbered(String code, int tag, int number) {
        return code.replace("@tag@", Integer.toString(tag))
                .replace("@number@", Integer.toString(number));
    }

    private static JsonObject function(String name, String code, List<String> to) {
        return node(name, "function").put("func", code).put("outputs", 1).put("wires", wires(to));
    }

    private static JsonObject node(String id, String type) {
        var node = config(id, type);
        // Without a place on the canvas Node-RED takes a node for a configuration.
        return type.equals("tab") ? node : node.put("z", "tab").put("x", 100).put("y", 100);
    }

    private static JsonObject config(String id, String type) {
        return new JsonObject().put("id", id).put("type", type);
    }

    private static JsonArray wires(List<String> to) {
        return new JsonArray().add(new JsonArray(to));
    }
}
