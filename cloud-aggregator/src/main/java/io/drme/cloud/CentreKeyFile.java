package io.drme.cloud;

import io.drme.sync.CentreKeys;
import io.drme.sync.Seal;
import io.drme.sync.Signatures;
import io.drme.sync.SigningKey;
import io.drme.sync.VerifyKey;
import io.drme.web.KeptText;
import io.drme.web.SecretFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;

/**
 * The file {@code centre.key} of the data directory: the secret with which the centre signs
 * receipts, and how it came to it. Only its owner may read it; it belongs into every backup, as
 * gateways take a centre with another key for a stranger.
 *
 * <p>A line {@code secret HEX}, and from the oldest on {@code followed-by KEY SEAL}.
 */
final class CentreKeyFile {
    private static final String NAME = "centre.key";
    private static final String SECRET = "secret";
    private static final String FOLLOWED_BY = "followed-by";

    private CentreKeyFile() {}

    /** Reads the keys of a data directory, and makes a first one where there is none; durable. */
    static CentreKeys open(Path data) throws IOException, StartException {
        var file = data.resolve(NAME);
        try {
            return parse(Files.readString(file), file);
        } catch (NoSuchFileException _) {
            var keys = CentreKeys.first(SigningKey.make(new SecureRandom()));
            write(file, keys);
            return keys;
        }
    }

    /**
     * The keys that all members of a cluster have, from the text that they share. The first member
     * puts those of its data directory there, or new ones.
     *
     * @throws StartException when the directory has another key: it was another centre's
     */
    static CentreKeys open(Path data, KeptText shared) throws IOException, StartException {
        var file = data.resolve(NAME);
        var own = Files.exists(file) ? Files.readString(file) : "";
        if (!own.isEmpty()) {
            parse(own, file);
        }
        shared.update(text -> {
            if (!text.isEmpty()) {
                return text;
            }
            return own.isEmpty()
                    ? text(CentreKeys.first(SigningKey.make(new SecureRandom())))
                    : own;
        });
        var all = shared.readNow();
        if (!own.isEmpty() && !own.strip().equals(all.strip())) {
            throw new StartException(
                    "%s is not the key with which this cluster signs; gateways would take one of the members for a stranger. Start it on the data directory of this cluster, or move the file away"
                            .formatted(file));
        }
        return parse(all, file);
    }

    /** Takes a new key, for which the one before vouches; the secret of that one is gone then. */
    static CentreKeys rotate(Path data) throws IOException, StartException {
        var keys = open(data).rotated(new SecureRandom());
        write(data.resolve(NAME), keys);
        return keys;
    }

    private static void write(Path file, CentreKeys keys) throws IOException {
        SecretFile.write(file, text(keys));
    }

    private static String text(CentreKeys keys) {
        var text = new StringBuilder();
        text.append(SECRET + " ")
                .append(HexFormat.of().formatHex(keys.current().seed()))
                .append('\n');
        for (var s : keys.successions()) {
            text.append("%s %s %s%n".formatted(FOLLOWED_BY, s.next(), s.seal()));
        }
        return text.toString();
    }

    private static CentreKeys parse(String text, Path file) throws StartException {
        try {
            var lines = text.lines().toList();
            var first = lines.getFirst().split(" ", -1);
            if (!first[0].equals(SECRET)) {
                throw new IllegalArgumentException("it does not begin with 'secret'");
            }
            var key = SigningKey.ofSeed(HexFormat.of().parseHex(first[1]));
            var successions = new ArrayList<CentreKeys.Succession>();
            for (var line : lines.subList(1, lines.size())) {
                var words = line.split(" ", -1);
                if (words.length != 3 || !words[0].equals(FOLLOWED_BY)) {
                    throw new IllegalArgumentException("a line is not known");
                }
                successions.add(
                        new CentreKeys.Succession(VerifyKey.parse(words[1]), Seal.parse(words[2])));
            }
            return new CentreKeys(Signatures.ED25519, key, successions);
        } catch (IllegalArgumentException
                | IndexOutOfBoundsException
                | java.util.NoSuchElementException e) {
            // What is in the file is a secret: it is not shown.
            throw new StartException(
                    "%s can't be used as the centre's key; bring it back from a backup. Without it gateways take this centre for a stranger until each is told otherwise (drme-agent centre-key --accept)"
                            .formatted(file));
        }
    }
}
