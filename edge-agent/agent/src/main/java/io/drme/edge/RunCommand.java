package io.drme.edge;

import io.drme.config.InvalidConfigException;
import io.drme.edge.state.DurableFile;
import io.drme.log.DiskException;
import io.drme.time.SystemClock;
import io.drme.web.CannotListenException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code drme-agent run}. */
@Command(
        name = "run",
        description = {
            "Runs the gateway until SIGTERM, upon which it ends within 5 s with everything accepted on disk.",
            "With a file that can't be used it starts on the last good one and raises an alarm.",
            "SIGHUP reloads the file."
        },
        footer = {"  drme-agent run --config gateway.yaml --data /var/lib/drme"})
final class RunCommand implements Callable<Integer> {
    private static final long END_WITHIN_SECONDS = 5;

    @ParentCommand private @Nullable Main top;

    @Spec private @Nullable CommandSpec spec;

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "gateway.yaml")
    private @Nullable Path config;

    @Override
    public Integer call() throws InterruptedException {
        var file = Objects.requireNonNull(config, "required by picocli");
        var data = Optional.ofNullable(Objects.requireNonNull(top, "set by picocli").data());
        var out = Objects.requireNonNull(spec, "set by picocli").commandLine();
        try {
            if (data.isPresent()) {
                Files.createDirectories(data.get());
            }
            return run(file, data, out.getOut());
        } catch (InvalidConfigException e) {
            out.getErr().println(e.getMessage());
            return Main.EXIT_CONFIG;
        } catch (DiskException | CannotListenException | IOException e) {
            out.getErr().println("drme-agent: " + e.getMessage());
            return 1;
        }
    }

    private static int run(Path file, Optional<Path> data, PrintWriter out)
            throws InvalidConfigException,
                    DiskException,
                    CannotListenException,
                    IOException,
                    InterruptedException {
        var ended = new CountDownLatch(1);
        try (var agent = Agent.start(file, data, new SystemClock());
                var web = agent.startWeb()) {
            var supervisor = agent.supervisor();
            Runtime.getRuntime()
                    .addShutdownHook(
                            Thread.ofPlatform()
                                    .name("shutdown")
                                    .unstarted(() -> {
                                        supervisor.stop();
                                        awaitQuietly(ended);
                                    }));
            Hangup.onSignal(supervisor::reloadSoon);
            DurableFile.replace(agent.directory(), "address", web.url() + "\n");
            out.println(
                    "drme-agent: gateway %s at %s, data in %s"
                            .formatted(
                                    supervisor.current().config().gateway().id(),
                                    web.url(),
                                    agent.directory()));
            supervisor.run(() -> agent.beat(web));
        } finally {
            ended.countDown();
        }
        return 0;
    }

    /** Holds the JVM's end until everything accepted is on disk. */
    private static void awaitQuietly(CountDownLatch ended) {
        try {
            var _ = ended.await(END_WITHIN_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
