package io.drme.edge;

import io.drme.config.InvalidConfigException;
import io.drme.driver.Offer;
import io.drme.edge.config.GatewayConfigReader;
import io.drme.edge.config.OfferedTags;
import io.drme.edge.config.PartDraft;
import io.drme.edge.state.DurableFile;
import io.drme.edge.web.GatewayParts;
import io.drme.web.Problem;
import io.drme.web.ProblemException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import picocli.CommandLine;

/**
 * Puts devices into service for the page: tries them by the command line's own commands, and writes
 * a new one as two files, {@code NAME.yaml} and {@code NAME.csv}, into the first folder that
 * gateway.yaml includes whole. What people wrote is never changed ({@link DeviceFiles}). Safe for
 * use from any thread.
 */
final class WebCommission implements GatewayParts.Commission {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-_.]{0,63}");

    /** Keys that a page may give; the others a person writes into the file. */
    private static final List<String> KEYS =
            List.of("driver", "url", "unit-id", "base", "poll", "timeout");

    /** The longest that a command of the page takes. */
    private static final Duration LONGEST = Duration.ofSeconds(60);

    /** How often it looks whether the sender still waits. */
    private static final Duration LOOK = Duration.ofMillis(100);

    private final Supervisor supervisor;
    private final Path configuration;
    private final Path data;
    private final SecretsFolder secrets;
    private final DeviceFiles files;
    private final Semaphore busy = new Semaphore(1);

    /**
     * Prepares it.
     *
     * @param configuration the file that a restart reads
     * @param data the agent's directory
     */
    WebCommission(Supervisor supervisor, Path configuration, Path data) {
        this.supervisor = supervisor;
        this.configuration = configuration;
        this.data = data;
        this.secrets = new SecretsFolder(configuration, data);
        this.files = new DeviceFiles(data);
        supervisor.watchTrials(files::trialEnded);
    }

    @Override
    public JsonObject run(List<String> arguments, BooleanSupplier wanted) {
        var all = new ArrayList<>(secrets.in(arguments));
        all.addAll(1, List.of("--data=" + data, "--output=json"));
        takeTurn();
        var out = new StringWriter();
        var err = new StringWriter();
        var exit = new AtomicInteger(CommandLine.ExitCode.SOFTWARE);
        // It has the turn until it has really ended, also where nobody waits for it any more.
        var thread =
                Thread.ofVirtual()
                        .name("commission")
                        .start(() -> {
                            try {
                                exit.set(command(all, out, err));
                            } finally {
                                busy.release();
                            }
                        });
        if (!ended(thread, wanted)) {
            thread.interrupt();
            throw Problem.unavailable(
                            "commission",
                            "it did not end within %d s, or nobody waits for it"
                                    .formatted(LONGEST.toSeconds()),
                            "Ask for less at a time; drme-agent on the gateway itself takes as long as it needs")
                    .asException();
        }
        return new JsonObject()
                .put("items", items(out.toString()))
                .put("said", err.toString().strip())
                .put("exit", exit.get());
    }

    private static int command(List<String> all, StringWriter out, StringWriter err) {
        return Main.run(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                Map.of("NO_COLOR", "1"),
                all.toArray(String[]::new));
    }

    private static boolean ended(Thread thread, BooleanSupplier wanted) {
        try {
            for (var left = LONGEST; left.isPositive(); left = left.minus(LOOK)) {
                if (thread.join(LOOK)) {
                    return true;
                }
                if (!wanted.getAsBoolean()) {
                    return false;
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    /** What a command printed as JSON; nothing where it came to print none. */
    private static JsonArray items(String printed) {
        try {
            return new JsonObject(printed).getJsonArray("items", new JsonArray());
        } catch (DecodeException _) {
            return new JsonArray(); // what it says instead is for a person
        }
    }

    private interface Work<T> {
        T done() throws InterruptedException;
    }

    /** One at a time: devices take badly to two who try them, and a gateway is small. */
    private <T> T alone(Work<T> work) {
        takeTurn();
        try {
            return work.done();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw Problem.unavailable("commission", "the gateway is stopping", "Try again later")
                    .asException();
        } finally {
            busy.release();
        }
    }

    private void takeTurn() {
        if (!busy.tryAcquire()) {
            throw Problem.unavailable(
                            "commission",
                            "somebody else is trying a device at this moment",
                            "Wait until that is done, and try again")
                    .asException();
        }
    }

    /** A device's files: where they are prepared, and where they belong. */
    private record Prepared(String name, Path draft, Path target) {
        /** The file of the tags that stands beside a device's. */
        Path csv(Path yaml) {
            return yaml.resolveSibling(name + ".csv");
        }

        PartDraft part() {
            return new PartDraft(target, draft);
        }
    }

    @Override
    public JsonObject plan(GatewayParts.NewDevice device) {
        return alone(() -> planned(prepare(device)));
    }

    private JsonObject planned(Prepared prepared) {
        try {
            var reader = new GatewayConfigReader(SystemTags.device().tags());
            var config = reader.read(configuration, Optional.of(prepared.part()));
            var ready = new Layout(reader.factories()).admit(config, configuration.toString());
            var report =
                    new PlanReport(
                            config,
                            ready,
                            reader.factories(),
                            Optional.of(supervisor.current().config()));
            return report.json()
                    .put("lines", new JsonArray(report.text()))
                    .put("file", prepared.target().toString())
                    .put("tests", ConfigTests.json(ConfigTests.run(config)));
        } catch (InvalidConfigException e) {
            throw refused(String.valueOf(e.getMessage()));
        }
    }

    private static ProblemException refused(String why) {
        return Problem.unprocessable(
                        "device",
                        why,
                        "a device with which the configuration is good",
                        "Mend what is listed, and plan again; nothing was changed")
                .asException();
    }

    private Prepared prepare(GatewayParts.NewDevice device) {
        check(device);
        var folder = data.resolve("commission");
        var yaml = device.name() + ".yaml";
        try {
            var target = PartDraft.place(configuration, yaml);
            files.check(List.of(target, target.resolveSibling(device.name() + ".csv")));
            Files.createDirectories(folder);
            DurableFile.replace(folder, device.name() + ".csv", csv(device));
            DurableFile.replace(folder, yaml, yaml(device));
            return new Prepared(
                    device.name(), folder.resolve(yaml).toAbsolutePath().normalize(), target);
        } catch (InvalidConfigException e) {
            throw refused(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw unwritten(e);
        }
    }

    private static ProblemException unwritten(IOException e) {
        return Problem.unavailable(
                        "device",
                        "its files can't be written: " + e,
                        "Make room on the disk, and check that the agent's user may write the folder that gateway.yaml includes")
                .asException();
    }

    private static void check(GatewayParts.NewDevice device) {
        if (!NAME.matcher(device.name()).matches()) {
            throw Problem.badBody(
                            "/device",
                            "'" + device.name() + "' can't be a device's name",
                            "1 to 64 of a-z 0-9 - _ . that begin with a letter or digit")
                    .asException();
        }
        var strange = device.keys().keySet().stream().filter(k -> !KEYS.contains(k)).findFirst();
        if (strange.isPresent()) {
            throw Problem.badBody(
                            "/keys/" + strange.get(),
                            "the key can't be given here",
                            String.join(", ", KEYS) + "; others are written into the file")
                    .asException();
        }
        if (device.tags().isEmpty()) {
            throw Problem.badBody("/tags", "there is none", "at least one tag").asException();
        }
    }

    private static String csv(GatewayParts.NewDevice device) {
        return OfferedTags.csv(
                device.tags().stream()
                        .map(tag -> new Offer(tag.name(), tag.keys(), "", ""))
                        .toList());
    }

    /** Texts in double quotes as JSON writes them, which YAML reads the same. */
    private static String yaml(GatewayParts.NewDevice device) {
        var text = new StringBuilder("# Written by the page /commission.\ndevices:\n");
        text.append("  ").append(device.name()).append(":\n");
        device.keys()
                .forEach((key, value) ->
                        text.append("    ")
                                .append(key)
                                .append(": ")
                                .append(io.vertx.core.json.Json.encode(value))
                                .append('\n'));
        return text.append("    tags: {file: ").append(device.name()).append(".csv}\n").toString();
    }

    @Override
    public JsonObject apply(GatewayParts.NewDevice device, String by, Duration confirmWithin) {
        return alone(() -> {
            var prepared = prepare(device);
            var plan = planned(prepared);
            if (plan.getJsonObject("tests").getInteger("failed", 0) > 0) {
                throw refused("a test inside the configuration fails with it");
            }
            try {
                return applied(prepared, by, confirmWithin);
            } catch (IOException e) {
                throw unwritten(e);
            }
        });
    }

    private JsonObject applied(Prepared prepared, String by, Duration confirmWithin)
            throws IOException, InterruptedException {
        var target = prepared.target();
        var texts = new LinkedHashMap<Path, String>();
        texts.put(prepared.csv(target), Files.readString(prepared.csv(prepared.draft())));
        texts.put(target, Files.readString(prepared.draft()));
        files.put(texts);
        // An interrupt leaves it to the next start to go back, as it is not known what runs.
        return switch (outcome(by, confirmWithin)) {
            case Supervisor.Outcome.Applied(long version, var changes, boolean onTrial) -> {
                files.applied(version, onTrial);
                yield new JsonObject()
                        .put("version", version)
                        .put("changes", new JsonArray(changes))
                        .put("onTrial", onTrial)
                        .put("file", target.toString());
            }
            case Supervisor.Outcome.Refused(String why) -> {
                var _ = files.restore();
                throw refused(why);
            }
        };
    }

    private Supervisor.Outcome outcome(String by, Duration confirmWithin)
            throws IOException, InterruptedException {
        try {
            return supervisor.apply(configuration, by, confirmWithin);
        } catch (RuntimeException e) {
            var _ = files.restore();
            throw e;
        }
    }
}
