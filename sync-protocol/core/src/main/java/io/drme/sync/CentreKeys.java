package io.drme.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The key with which the centre signs, and how it came to it: each earlier key signed the one that
 * followed. Immutable.
 *
 * @param signatures how it signs: {@link Signatures#ED25519} but in a simulation
 * @param current signs now
 * @param successions from the oldest known to the current one, at most {@link
 *     Limits#MAX_SUCCESSIONS}; empty as long as there was one key only
 */
public record CentreKeys(Signatures signatures, SigningKey current, List<Succession> successions) {
    /** Takes an immutable copy. */
    public CentreKeys {
        successions = List.copyOf(successions);
    }

    /**
     * A key that follows another one.
     *
     * @param next the key
     * @param seal over it, by the key before
     */
    public record Succession(VerifyKey next, Seal seal) {
        boolean isBy(Signatures signatures, VerifyKey before) {
            return seal.holds(signatures, before, Statement.succession(next));
        }
    }

    /** A first key. */
    public static CentreKeys first(SigningKey key) {
        return new CentreKeys(Signatures.ED25519, key, List.of());
    }

    /**
     * These keys after a change: a new one signs, and the old one, which is to be destroyed,
     * vouches for it. The oldest successions are forgotten where there are too many.
     */
    public CentreKeys rotated(RandomGenerator random) {
        var next = SigningKey.make(random);
        var all = new ArrayList<>(successions);
        all.add(
                new Succession(
                        next.verifyKey(),
                        Seal.of(signatures, current, Statement.succession(next.verifyKey()))));
        int first = Math.max(0, all.size() - Limits.MAX_SUCCESSIONS);
        return new CentreKeys(signatures, next, all.subList(first, all.size()));
    }

    /** Whether {@code key} can be trusted by who trusts {@code known}. */
    static boolean leads(
            Signatures signatures, VerifyKey known, List<Succession> successions, VerifyKey key) {
        var trusted = known;
        for (var succession : successions) {
            if (succession.isBy(signatures, trusted)) {
                trusted = succession.next();
            }
        }
        return trusted.equals(key);
    }
}
