package io.drme.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.Jazzer;
import io.drme.block.BlockReaderFuzz;
import io.drme.block.TickFrameReaderFuzz;
import io.drme.config.QuantitiesFuzz;
import io.drme.config.YamlFuzz;
import io.drme.driver.modbus.ModbusAnswerFuzz;
import io.drme.driver.mqtt.MqttMessageFuzz;
import io.drme.edge.config.GatewayConfigFuzz;
import io.drme.edge.config.TagFileFuzz;
import io.drme.log.SegmentFuzz;
import io.drme.model.GlobFuzz;
import io.drme.schema.EventFuzz;
import io.drme.sim.modbus.RecordingFuzz;
import io.drme.sim.opcua.ScriptFuzz;
import io.drme.stream.ExpressionFuzz;
import io.drme.sync.MessageFuzz;
import io.drme.web.QueryFuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Jazzer on every parser, each in a JVM of its own. Usually the same inputs each time, 10 s at
 * most; with {@code -Ddrme.long=true} others each time, for an hour, and with {@code
 * -Ddrme.fuzz.seconds=N} for as long as that says. What it found once stands in {@code
 * src/test/fuzz/NAME} and is where mutation begins, beside the target's seeds.
 *
 * <p>A finding is kept below {@code target/fuzz/NAME}; the message says how to play it again.
 */
class FuzzTest {
    /**
     * A parser and how many inputs it gets in the usual tests, about as many as ten seconds allow.
     */
    private record Target(Class<?> type, int runs) {}

    /** The one list of parsers. A target that is not in it fails the test below. */
    private static final List<Target> TARGETS =
            List.of(
                    new Target(BlockReaderFuzz.class, 40_000),
                    new Target(TickFrameReaderFuzz.class, 250_000),
                    new Target(SegmentFuzz.class, 40_000),
                    new Target(MessageFuzz.class, 600_000),
                    new Target(EventFuzz.class, 600_000),
                    new Target(YamlFuzz.class, 90_000),
                    new Target(GatewayConfigFuzz.class, 1_300),
                    new Target(TagFileFuzz.class, 45_000),
                    new Target(QuantitiesFuzz.class, 100_000),
                    new Target(ExpressionFuzz.class, 20_000),
                    new Target(ModbusAnswerFuzz.class, 600_000),
                    new Target(MqttMessageFuzz.class, 200_000),
                    new Target(GlobFuzz.class, 250_000),
                    new Target(QueryFuzz.class, 100_000),
                    new Target(RecordingFuzz.class, 40_000),
                    new Target(ScriptFuzz.class, 40_000));

    /** Usual tests play the same inputs each time, so that what is green stays green. */
    private static final int USUAL_SEED = 1;

    private static final boolean LONG = Boolean.getBoolean("drme.long");
    private static final int SECONDS =
            Integer.getInteger("drme.fuzz.seconds", LONG ? (int) TimeUnit.HOURS.toSeconds(1) : 10);

    private static final boolean EXPLORES = LONG || Integer.getInteger("drme.fuzz.seconds") != null;

    /** Two cores are what the smallest machine has. */
    private static final int AT_ONCE = 2;

    private static final int START_SECONDS = 120;
    private static final int HANG_SECONDS = 10;
    private static final Pattern RUNS = Pattern.compile("stat::number_of_executed_units: (\\d+)");
    private static final Path WORK = Path.of("target/fuzz").toAbsolutePath();
    private static final Path KEPT = Path.of("src/test/fuzz").toAbsolutePath();
    private static final ExecutorService POOL = Executors.newFixedThreadPool(AT_ONCE);

    @AfterAll
    static void end() {
        POOL.shutdownNow();
    }

    @Test
    void everyTargetIsInTheList() throws Exception {
        var classes =
                Path.of(FuzzTest.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        try (var files = Files.walk(classes)) {
            var found =
                    files.map(f -> classes.relativize(f).toString().replace('/', '.'))
                            .filter(f -> f.endsWith("Fuzz.class"))
                            .map(f -> f.substring(0, f.length() - ".class".length()))
                            .collect(Collectors.toSet());
            assertThat(TARGETS.stream().map(t -> t.type().getName()))
                    .containsExactlyInAnyOrderElementsOf(found);
        }
    }

    @TestFactory
    Stream<DynamicTest> onlyDeclaredErrorsComeOutOf() {
        var only = System.getProperty("drme.fuzz.only", "");
        record Running(Target target, Future<Outcome> outcome) {}
        // All are handed over before the first is waited for, so that two run at a time.
        return TARGETS.stream()
                .filter(target -> target.type().getSimpleName().startsWith(only))
                .map(target -> new Running(target, POOL.submit(() -> fuzz(target))))
                .toList()
                .stream()
                .map(r ->
                        DynamicTest.dynamicTest(
                                r.target().type().getSimpleName(), () -> check(r.outcome().get())));
    }

    private record Outcome(Class<?> type, int exit, String output) {}

    /** How often it ran depends on the machine, so it is said rather than judged. */
    private static void check(Outcome outcome) {
        assertThat(outcome.exit()).as(outcome.output()).isZero();
        var runs = RUNS.matcher(outcome.output());
        assertThat(runs.find()).as("says how often it ran: %s", outcome.output()).isTrue();
        assertThat(Long.parseLong(runs.group(1))).as("runs").isPositive();
        System.out.printf(
                "fuzz target=%s runs=%s%n", outcome.type().getSimpleName(), runs.group(1));
    }

    private static Outcome fuzz(Target target) throws Exception {
        var type = target.type();
        var folder = Files.createDirectories(WORK.resolve(type.getSimpleName()));
        var corpus = corpus(type, folder);
        var command = new ArrayList<String>();
        command.addAll(jvm());
        command.add(Jazzer.class.getName());
        command.addAll(
                List.of(
                        "--target_class=" + type.getName(),
                        "--instrumentation_includes=io.drme.**",
                        "--custom_hook_includes=io.drme.**",
                        "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.FilePathTraversal",
                        "-max_total_time=" + SECONDS,
                        "-timeout=" + HANG_SECONDS,
                        "-rss_limit_mb=3072",
                        "-print_final_stats=1",
                        "-artifact_prefix=" + folder + "/",
                        "--reproducer_path=" + folder));
        if (!EXPLORES) {
            command.addAll(List.of("-seed=" + USUAL_SEED, "-runs=" + target.runs()));
        }
        command.add(corpus.toString());
        var log = folder.resolve("log.txt");
        var process =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        boolean ended = process.waitFor((long) SECONDS + START_SECONDS, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly();
        }
        return new Outcome(type, ended ? process.exitValue() : -1, tail(log));
    }

    private static List<String> jvm() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m",
                "-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dtinylog.level=off",
                "-cp",
                System.getProperty("java.class.path"));
    }

    private static Path corpus(Class<?> target, Path folder) throws Exception {
        var corpus = Files.createDirectories(folder.resolve("corpus"));
        int n = 0;
        for (var seed : (List<?>) target.getMethod("seeds").invoke(null)) {
            Files.write(corpus.resolve("seed-" + n++), (byte[]) seed);
        }
        var kept = KEPT.resolve(target.getSimpleName());
        if (Files.isDirectory(kept)) {
            try (var files = Files.list(kept)) {
                for (var file : files.toList()) {
                    Files.write(
                            corpus.resolve(file.getFileName().toString()),
                            Files.readAllBytes(file));
                }
            }
        }
        return corpus;
    }

    /** What matters stands at the end. */
    private static String tail(Path log) throws IOException {
        var lines = Files.readAllLines(log);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
    }
}
