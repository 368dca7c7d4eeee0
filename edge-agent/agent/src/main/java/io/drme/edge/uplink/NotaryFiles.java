package io.drme.edge.uplink;

import io.drme.edge.state.DurableFile;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.sync.Message;
import io.drme.sync.MessageCodec;
import io.drme.sync.Notary;
import io.drme.sync.SigningKey;
import io.drme.sync.VerifyKey;
import io.drme.time.Clock;
import io.drme.web.SecretFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys and receipts in the data directory: {@code gateway.key}, the secret with which the gateway
 * signs, for its owner only; {@code centre.pub}, the public key of the centre that was met first;
 * {@code receipts}, the newest receipt of each stream as it came, a line each.
 *
 * <p><b>Threads.</b> The forwarder's; {@link #view} and {@link #accept} are for any.
 */
public final class NotaryFiles implements Notary, AutoCloseable {
    private static final String OWN = "gateway.key";
    private static final String CENTRE = "centre.pub";
    private static final String RECEIPTS = "receipts";
    private static final String SECRET = "secret ";

    /** Receipts are evidence, and the centre says them again: not worth a write for each. */
    private static final Duration SAVE_EVERY = Duration.ofMinutes(5);

    private static final Logger log = LoggerFactory.getLogger(NotaryFiles.class);

    private final Path directory;
    private final GatewayId gateway;
    private final Clock clock;
    private final SigningKey key;
    private final AtomicReference<View> view;
    private final AtomicReference<String> accepted = new AtomicReference<>("");
    private boolean unsaved;
    private long nextSave;

    /**
     * What is known of the centre.
     *
     * @param centre its key; null before the first welcome
     * @param stranger a key that was shown instead and not taken; null where none was, or the right
     *     one was shown since
     * @param receipts the newest of each stream; their seals hold
     */
    public record View(
            @Nullable VerifyKey centre,
            @Nullable VerifyKey stranger,
            Map<StreamKind, Message.Receipt> receipts) {
        /** Takes an immutable copy. */
        public View {
            receipts = Map.copyOf(receipts);
        }
    }

    private NotaryFiles(Path directory, GatewayId gateway, Clock clock, SigningKey key, View view) {
        this.directory = directory;
        this.gateway = gateway;
        this.clock = clock;
        this.key = key;
        this.view = new AtomicReference<>(view);
        this.nextSave = clock.nanoTime() + SAVE_EVERY.toNanos();
    }

    /**
     * Reads what a data directory holds, and makes the gateway's key where there is none.
     *
     * @throws IOException when a file can't be read, written or understood; the message says which
     */
    public static NotaryFiles open(
            Path directory, GatewayId gateway, Clock clock, RandomGenerator random)
            throws IOException {
        var key = ownKey(directory.resolve(OWN), random);
        var centre = centreKey(directory.resolve(CENTRE));
        var receipts = new EnumMap<StreamKind, Message.Receipt>(StreamKind.class);
        if (centre != null) {
            for (var line : lines(directory.resolve(RECEIPTS))) {
                receipt(line)
                        .filter(r -> r.holds(centre, gateway))
                        .ifPresent(r -> receipts.put(r.stream(), r));
            }
        }
        return new NotaryFiles(directory, gateway, clock, key, new View(centre, null, receipts));
    }

    private static SigningKey ownKey(Path file, RandomGenerator random) throws IOException {
        try {
            var text = Files.readString(file).strip();
            if (!text.startsWith(SECRET)) {
                throw new IllegalArgumentException("no secret");
            }
            return SigningKey.ofSeed(HexFormat.of().parseHex(text.substring(SECRET.length())));
        } catch (NoSuchFileException _) {
            var made = SigningKey.make(random);
            SecretFile.write(file, SECRET + HexFormat.of().formatHex(made.seed()) + "\n");
            return made;
        } catch (IllegalArgumentException _) {
            // What is in the file is a secret: it is not shown.
            throw new IOException(
                    "%s is not this gateway's key any more; bring it back from a backup, or delete it: a new one is made, and the centre notes the change"
                            .formatted(file));
        }
    }

    private static @Nullable VerifyKey centreKey(Path file) throws IOException {
        var lines = lines(file);
        try {
            return lines.isEmpty() ? null : VerifyKey.parse(lines.getFirst());
        } catch (IllegalArgumentException _) {
            throw new IOException(
                    "%s does not hold the centre's public key any more; bring it back from a backup, or delete it to take the key that the centre shows next"
                            .formatted(file));
        }
    }

    private static java.util.List<String> lines(Path file) throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException _) {
            return java.util.List.of();
        }
    }

    /** What can't be read is no evidence any more; the next receipt is. */
    private static Optional<Message.Receipt> receipt(String line) {
        try {
            return MessageCodec.decode(HexFormat.of().parseHex(line))
                            instanceof MessageCodec.Whole(Message.Receipt receipt)
                    ? Optional.of(receipt)
                    : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** What is known of the centre. */
    public View view() {
        return view.get();
    }

    /**
     * A person says that the centre signs with the key of this id from now on. It is taken when the
     * centre shows it the next time, within seconds.
     *
     * @return false where that is not the key which was refused
     */
    public boolean accept(String id) {
        var stranger = view.get().stranger();
        if (stranger == null || !stranger.id().equals(id)) {
            return false;
        }
        accepted.set(id);
        return true;
    }

    @Override
    public GatewayId gateway() {
        return gateway;
    }

    @Override
    public SigningKey key() {
        return key;
    }

    @Override
    public Optional<VerifyKey> centre() {
        return Optional.ofNullable(view.get().centre());
    }

    @Override
    public boolean pin(VerifyKey centre) {
        try {
            DurableFile.replace(directory, CENTRE, centre + "\n");
        } catch (IOException e) {
            log.error("centre-key={} not-kept {}", centre.id(), e.getMessage());
            return false;
        }
        log.info("centre-key={} pinned=true", centre.id());
        accepted.set("");
        view.set(new View(centre, null, view.get().receipts()));
        return true;
    }

    @Override
    public boolean isAccepted(VerifyKey stranger) {
        var now = view.get();
        if (stranger.id().equals(accepted.get())) {
            return true;
        }
        if (!Objects.equals(stranger, now.stranger())) {
            log.error("centre-key={} refused: it is not the one known", stranger.id());
            view.set(new View(now.centre(), stranger, now.receipts()));
        }
        return false;
    }

    @Override
    public void keep(Message.Receipt receipt) {
        var now = view.get();
        var receipts = new TreeMap<>(now.receipts());
        receipts.put(receipt.stream(), receipt);
        view.set(new View(now.centre(), null, receipts));
        unsaved = true;
        if (clock.nanoTime() - nextSave >= 0) {
            save();
        }
    }

    private void save() {
        nextSave = clock.nanoTime() + SAVE_EVERY.toNanos();
        var text = new StringBuilder();
        for (var receipt : new TreeMap<>(view.get().receipts()).values()) {
            text.append(HexFormat.of().formatHex(MessageCodec.encode(receipt))).append('\n');
        }
        try {
            DurableFile.replace(directory, RECEIPTS, text.toString());
            unsaved = false;
        } catch (IOException e) {
            log.warn("receipts=not-kept {}", e.getMessage());
        }
    }

    /** Writes the last receipts. */
    @Override
    public void close() {
        if (unsaved) {
            save();
        }
    }
}
