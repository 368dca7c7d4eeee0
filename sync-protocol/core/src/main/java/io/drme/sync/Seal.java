package io.drme.sync;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What makes a statement hold against whoever signed it. One signature seals many statements at
 * once: they are the leaves of a Merkle tree (hashed as in RFC 6962, 2.1), its root is signed, and
 * each seal holds the hashes beside its own way up. Immutable; layout in docs/sync.md.
 */
public final class Seal {
    /** No seal. */
    public static final Seal NONE = new Seal(new byte[0]);

    /** The most levels of a tree: 65,536 statements under one signature. */
    public static final int MAX_LEVELS = 16;

    /** The longest seal. */
    public static final int MAX_BYTES =
            Long.BYTES
                    + 1
                    + Short.BYTES
                    + MAX_LEVELS * Sha256.LENGTH_BYTES
                    + VerifyKey.SIGNATURE_BYTES;

    private static final byte[] LEAF = {0};
    private static final byte[] NODE = {1};
    private static final byte[] LABEL = "DRME seal 1\0".getBytes(StandardCharsets.US_ASCII);
    private static final int MIN_BYTES = Long.BYTES + 1 + Short.BYTES + VerifyKey.SIGNATURE_BYTES;

    private final byte[] bytes;

    private Seal(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * A seal of these bytes, which are copied; whether it holds is for {@link #holds} to say.
     *
     * @throws IllegalArgumentException when they can't be a seal
     */
    public static Seal of(byte[] bytes) {
        if (bytes.length == 0) {
            return NONE;
        }
        int levels = bytes.length < MIN_BYTES ? -1 : bytes[Long.BYTES];
        if (levels < 0
                || levels > MAX_LEVELS
                || bytes.length != MIN_BYTES + levels * Sha256.LENGTH_BYTES) {
            throw new IllegalArgumentException("no seal: %d bytes".formatted(bytes.length));
        }
        return new Seal(bytes.clone());
    }

    /** Reads the hexadecimal digits that {@link #toString} gives. */
    public static Seal parse(String hex) {
        return of(HexFormat.of().parseHex(hex));
    }

    /** Seals one statement. */
    static Seal of(Signatures signatures, SigningKey key, byte[] statement) {
        return all(signatures, key, List.of(statement)).getFirst();
    }

    /**
     * Seals statements with one signature.
     *
     * @return a seal for each, in order
     * @throws IllegalArgumentException when there are more than 2 to the {@link #MAX_LEVELS}
     */
    static List<Seal> all(Signatures signatures, SigningKey key, List<byte[]> statements) {
        if (statements.isEmpty()) {
            return List.of();
        }
        var beside = new ArrayList<List<byte[]>>();
        var sides = new int[statements.size()];
        statements.forEach(_ -> beside.add(new ArrayList<>()));
        var nodes = statements.stream().map(s -> Sha256.of(LEAF, s)).toList();
        // An odd last node rises by itself, so its way up has one hash less.
        var place = new int[statements.size()];
        Arrays.setAll(place, i -> i);
        while (nodes.size() > 1) {
            for (int i = 0; i < place.length; i++) {
                int other = place[i] ^ 1;
                if (other < nodes.size()) {
                    sides[i] |= (other < place[i] ? 1 : 0) << beside.get(i).size();
                    beside.get(i).add(nodes.get(other));
                }
                place[i] /= 2;
            }
            nodes = parents(nodes);
        }
        var signature = signatures.sign(key, signed(nodes.getFirst()));
        long id = HexFormat.fromHexDigitsToLong(key.verifyKey().id());
        var seals = new ArrayList<Seal>();
        for (int i = 0; i < place.length; i++) {
            seals.add(of(id, sides[i], beside.get(i), signature));
        }
        return seals;
    }

    private static List<byte[]> parents(List<byte[]> nodes) {
        var parents = new ArrayList<byte[]>();
        for (int i = 0; i < nodes.size(); i += 2) {
            parents.add(
                    i + 1 < nodes.size()
                            ? Sha256.of(NODE, nodes.get(i), nodes.get(i + 1))
                            : nodes.get(i));
        }
        return parents;
    }

    private static Seal of(long keyId, int sides, List<byte[]> beside, byte[] signature) {
        if (beside.size() > MAX_LEVELS) {
            throw new IllegalArgumentException(
                    "too many statements for one signature; at most %d".formatted(1 << MAX_LEVELS));
        }
        var out = ByteBuffer.allocate(MIN_BYTES + beside.size() * Sha256.LENGTH_BYTES);
        out.putLong(keyId).put((byte) beside.size()).putShort((short) sides);
        beside.forEach(out::put);
        out.put(signature);
        return new Seal(out.array());
    }

    /** Whether this seals exactly that statement, with that key. Takes under a millisecond. */
    boolean holds(Signatures signatures, VerifyKey key, byte[] statement) {
        if (bytes.length == 0 || !keyId().filter(key.id()::equals).isPresent()) {
            return false;
        }
        int levels = bytes[Long.BYTES];
        int sides = ByteBuffer.wrap(bytes).getShort(Long.BYTES + 1);
        var node = Sha256.of(LEAF, statement);
        int at = Long.BYTES + 1 + Short.BYTES;
        for (int i = 0; i < levels; i++) {
            var other = Arrays.copyOfRange(bytes, at, at + Sha256.LENGTH_BYTES);
            at += Sha256.LENGTH_BYTES;
            boolean left = (sides >> i & 1) == 1;
            node = left ? Sha256.of(NODE, other, node) : Sha256.of(NODE, node, other);
        }
        return signatures.verifies(key, signed(node), Arrays.copyOfRange(bytes, at, bytes.length));
    }

    private static byte[] signed(byte[] root) {
        var statement = Arrays.copyOf(LABEL, LABEL.length + root.length);
        System.arraycopy(root, 0, statement, LABEL.length, root.length);
        return statement;
    }

    /** Which key it says to be of, as {@link VerifyKey#id}; nothing for {@link #NONE}. */
    public Optional<String> keyId() {
        return bytes.length == 0
                ? Optional.empty()
                : Optional.of(HexFormat.of().formatHex(bytes, 0, Long.BYTES));
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Seal s && Arrays.equals(bytes, s.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
