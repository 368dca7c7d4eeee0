package io.drme.edge;

import io.drme.config.InvalidConfigException;
import io.drme.driver.opcua.OpcUaSettings;
import io.drme.driver.opcua.TrustException;
import io.drme.driver.opcua.TrustStore;
import io.drme.edge.config.GatewayConfigReader;
import io.drme.edge.config.LastGood;
import io.drme.log.StoreConfig;
import io.drme.web.client.CommandException;
import io.drme.web.client.Listing;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Trust between the agent and OPC UA servers, both ways, as files of the data directory. */
final class TrustCommands {
    private TrustCommands() {}

    /** A command that is nothing without its subcommand. */
    @Command
    abstract static class Group implements Callable<Integer> {
        @ParentCommand private @Nullable Main top;

        @Spec private @Nullable CommandSpec spec;

        @Override
        public final Integer call() {
            var line = Objects.requireNonNull(spec, "set by picocli").commandLine();
            line.usage(line.getErr());
            return CommandLine.ExitCode.USAGE;
        }

        final Main top() {
            return Objects.requireNonNull(top, "set by picocli");
        }
    }

    @Command(
            name = "trust",
            description =
                    "Which OPC UA servers the agent trusts, and which it refused: their certificates.",
            subcommands = {ListAll.class, Add.class},
            synopsisSubcommandLabel = "list|add",
            footer = {
                "  drme-agent trust list --data /var/lib/drme",
                "  drme-agent trust add boiler --data /var/lib/drme"
            })
    static final class Trust extends Group {}

    @Command(
            name = "certificate",
            description = "The certificate by which the agent is known to OPC UA servers.",
            subcommands = Export.class,
            synopsisSubcommandLabel = "export",
            footer = "  drme-agent certificate export drme.pem --data /var/lib/drme")
    static final class Certificate extends Group {}

    /** What the three share: the folders of certificates. */
    @Command
    abstract static class FolderCommand implements Callable<Integer> {
        @ParentCommand private @Nullable Group parent;

        @Spec private @Nullable CommandSpec spec;

        @Option(
                names = "--pki",
                paramLabel = "DIR",
                description = {
                    "The folder of certificates, as 'security.pki' names it.",
                    "Default: those that the devices of the agent of --data use, otherwise pki below it."
                })
        private @Nullable Path pki;

        private final List<Path> used = new ArrayList<>();

        @Override
        public final Integer call() throws CommandException {
            var folders = folders();
            try {
                return run(new TrustStore(folders));
            } catch (TrustException e) {
                throw new CommandException(String.valueOf(e.getMessage()));
            } catch (IOException e) {
                throw new CommandException(
                        "a file can't be read or written: %s; check that its folder is there, and run the command as the agent's user or as root"
                                .formatted(e));
            }
        }

        /** Those of the devices first. */
        private List<Path> folders() throws CommandException {
            if (pki != null) {
                return List.of(pki);
            }
            var data = top().data();
            var directory = data == null ? StoreConfig.DEFAULT_DIRECTORY : data;
            if (!Files.isDirectory(directory)) {
                throw CommandException.wrongUsage(
                        "there is no data directory %s; name that of the agent by --data, or the folder of certificates by --pki"
                                .formatted(directory));
            }
            var usual = directory.resolve("pki").toAbsolutePath().normalize();
            devices(directory).stream()
                    .map(s -> s.pki().orElse(usual).toAbsolutePath().normalize())
                    .distinct()
                    .forEach(used::add);
            var all = new ArrayList<>(used);
            if (!all.contains(usual)) {
                all.add(usual);
            }
            return all;
        }

        private static List<OpcUaSettings> devices(Path directory) {
            var last = new LastGood(directory);
            if (!last.exists()) {
                return List.of();
            }
            try {
                return new GatewayConfigReader(SystemTags.device().tags())
                        .read(last.file()).devices().stream()
                                .map(d -> d.settings())
                                .filter(OpcUaSettings.class::isInstance)
                                .map(OpcUaSettings.class::cast)
                                .toList();
            } catch (InvalidConfigException _) {
                return List.of(); // the agent that wrote it was another release
            }
        }

        /** For what belongs to one folder. */
        final void checkOneFolder() throws CommandException {
            if (used.size() > 1) {
                throw CommandException.wrongUsage(
                        "the devices use %d folders of certificates: %s; name one by --pki"
                                .formatted(
                                        used.size(),
                                        used.stream()
                                                .map(Path::toString)
                                                .collect(Collectors.joining(", "))));
            }
        }

        final Main top() {
            return Objects.requireNonNull(parent, "set by picocli").top();
        }

        final PrintWriter out() {
            return Objects.requireNonNull(spec, "set by picocli").commandLine().getOut();
        }

        final PrintWriter err() {
            return Objects.requireNonNull(spec, "set by picocli").commandLine().getErr();
        }

        final void print(List<TrustStore.Entry> entries) throws CommandException {
            var items = new JsonArray();
            entries.forEach(e -> items.add(item(e)));
            new Listing("state", "thumbprint", "validUntil", "devices", "since", "subject", "file")
                    .print(items, top().format(), out());
        }

        private static JsonObject item(TrustStore.Entry entry) {
            var refusals = entry.refusals();
            return new JsonObject()
                    .put("state", entry.trusted() ? "trusted" : "rejected")
                    .put("thumbprint", entry.thumbprint())
                    .put("validUntil", entry.validUntil().toString())
                    .put(
                            "devices",
                            refusals.stream()
                                    .map(r -> r.device() + " at " + r.url())
                                    .collect(Collectors.joining(", ")))
                    .put(
                            "since",
                            refusals.isEmpty() ? null : refusals.getFirst().since().toString())
                    .put("subject", entry.subject())
                    .put("file", entry.file().toString());
        }

        abstract int run(TrustStore store) throws IOException, TrustException, CommandException;
    }

    @Command(
            name = "list",
            description = {
                "Lists the certificates of servers, trusted and rejected: the rejected with the devices that met them, and since when.",
                "The thumbprint is SHA-1, as OPC UA tools show it."
            },
            footer = {
                "  drme-agent trust list --data /var/lib/drme",
                "  drme-agent trust list --data /var/lib/drme -o json"
            })
    static final class ListAll extends FolderCommand {
        @Override
        int run(TrustStore store) throws IOException, CommandException {
            print(store.entries());
            return 0;
        }
    }

    @Command(
            name = "add",
            description = {
                "Trusts a server from the next connect on; a running agent tries within 5 minutes and needs no restart.",
                "Compare the thumbprint with what the server shows. To take it back, delete the file that is named."
            },
            footer = {
                "  drme-agent trust add boiler --data /var/lib/drme",
                "  drme-agent trust add 3f2a91c0 --data /var/lib/drme",
                "  drme-agent trust add ./boiler.pem --data /var/lib/drme"
            })
    static final class Add extends FolderCommand {
        @Parameters(
                index = "0",
                paramLabel = "DEVICE|THUMBPRINT|FILE",
                description =
                        "A device that was refused, the first digits of a thumbprint, or a file with one certificate as PEM or DER.")
        private String wanted = "";

        @Override
        int run(TrustStore store) throws IOException, TrustException, CommandException {
            var known = store.trust(wanted);
            var entry = known.isPresent() ? known.get() : fromFile(store);
            if (top().format() == Listing.Format.table) {
                out().println(
                                "trusted: %s, thumbprint %s, valid until %s (%s); a device that was refused connects at its next try, within 5 minutes"
                                        .formatted(
                                                entry.subject(),
                                                entry.thumbprint(),
                                                entry.validUntil(),
                                                entry.file()));
            } else {
                print(List.of(entry));
            }
            return 0;
        }

        private TrustStore.Entry fromFile(TrustStore store)
                throws IOException, TrustException, CommandException {
            Path file;
            try {
                file = Path.of(wanted);
            } catch (InvalidPathException _) {
                throw unknown();
            }
            if (!Files.isRegularFile(file)) {
                throw unknown();
            }
            checkOneFolder();
            return store.trust(file);
        }

        private CommandException unknown() {
            return CommandException.wrongUsage(
                    "'%s' is neither a device that was refused, nor the begin (4 digits or more) of a known thumbprint, nor a file; 'drme-agent trust list' shows what there is. A server is met at the first connect"
                            .formatted(wanted));
        }
    }

    @Command(
            name = "export",
            description = {
                "Writes the agent's own certificate, which the server's administrator has to trust; '-' writes to the screen.",
                "It is made where there is none, as at the first connect. DER where FILE ends in .der, PEM otherwise."
            },
            footer = {
                "  drme-agent certificate export drme.pem --data /var/lib/drme",
                "  drme-agent certificate export - --data /var/lib/drme"
            })
    static final class Export extends FolderCommand {
        @Parameters(index = "0", paramLabel = "FILE", description = "Where to; - is the screen.")
        private String file = "";

        @Override
        int run(TrustStore store) throws IOException, TrustException, CommandException {
            checkOneFolder();
            var own = store.own();
            if (file.equals("-")) {
                out().print(own.pem());
                out().flush();
            } else if (file.endsWith(".der")) {
                Files.write(Path.of(file), Files.readAllBytes(own.file()));
            } else {
                Files.writeString(Path.of(file), own.pem());
            }
            var told =
                    "%sthumbprint %s, valid until %s"
                            .formatted(
                                    own.made() ? "made now, " : "",
                                    own.thumbprint(),
                                    own.validUntil());
            if (file.equals("-")) {
                err().println("note: " + told);
            } else {
                out().println(file + ": " + told);
            }
            return 0;
        }
    }
}
