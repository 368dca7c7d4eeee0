package io.drme.web;

import com.password4j.Argon2Function;
import com.password4j.Password;
import com.password4j.types.Argon2;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Hashes passwords and PINs by Argon2id (RFC 9106), one at a time, so that a crowd at the sign-in
 * can't take a gateway's memory.
 */
final class Passwords {
    /** The shortest password; a PIN is digits only, and may be shorter. */
    static final int MIN_PASSWORD_LENGTH = 8;

    /** The shortest PIN. It is safe enough only because failed sign-ins are slowed down. */
    static final int MIN_PIN_LENGTH = 6;

    /** The longest of both, so that hashing it takes no unbounded time. */
    static final int MAX_LENGTH = 256;

    /**
     * One of OWASP's equivalent settings, the one with least memory that suits a gateway: 7 MiB.
     */
    private static final int MEMORY_KIB = 7_168;

    private static final int ITERATIONS = 5;
    private static final int PARALLELISM = 1;
    private static final int HASH_BYTES = 32;
    private static final int SALT_BYTES = 16;

    private final Semaphore oneAtATime = new Semaphore(1);

    /** Refuses what is too short or too plain. */
    static void check(String name, String password) {
        boolean digits = password.chars().allMatch(c -> c >= '0' && c <= '9');
        int least = digits ? MIN_PIN_LENGTH : MIN_PASSWORD_LENGTH;
        boolean plain = password.chars().distinct().count() < 3 || password.equals(name);
        if (password.length() < least || password.length() > MAX_LENGTH || plain) {
            throw Problem.badBody(
                            "/password",
                            "the password or PIN is too short, too long or too plain",
                            "a PIN of at least "
                                    + MIN_PIN_LENGTH
                                    + " digits or a password of "
                                    + MIN_PASSWORD_LENGTH
                                    + " to "
                                    + MAX_LENGTH
                                    + " characters, of three different ones at least, and not the"
                                    + " name")
                    .asException();
        }
    }

    String hash(String password) {
        oneAtATime.acquireUninterruptibly();
        try {
            return Password.hash(password).addRandomSalt(SALT_BYTES).with(function()).getResult();
        } finally {
            oneAtATime.release();
        }
    }

    /**
     * Made by the first who needs it: the library keeps its 7 MiB for good, and a gateway where
     * nobody signs in by password need not give them.
     */
    private static Argon2Function function() {
        return Argon2Function.getInstance(
                MEMORY_KIB, ITERATIONS, PARALLELISM, HASH_BYTES, Argon2.ID);
    }

    /** Compares; without a hash it does the same work, so that time does not tell names. */
    boolean matches(String password, @Nullable String hash) {
        if (password.isEmpty() || password.length() > MAX_LENGTH) {
            return false;
        }
        if (hash == null) {
            hash(password);
            return false;
        }
        oneAtATime.acquireUninterruptibly();
        try {
            return Password.check(password, hash).with(Argon2Function.getInstanceFromHash(hash));
        } finally {
            oneAtATime.release();
        }
    }
}
