package io.drme.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what a person probably meant. */
public final class Nearest {
    private static final int MAX_LENGTH = 64;

    private Nearest() {}

    /** The known word that is closest to a wrong one, where one is close enough to be meant. */
    public static Optional<String> to(String wrong, Collection<String> known) {
        if (wrong.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        int limit = Math.max(2, wrong.length() / 3);
        return known.stream()
                .filter(k -> k.length() <= MAX_LENGTH && distance(wrong, k) <= limit)
                .min(
                        Comparator.comparingInt((String k) -> distance(wrong, k))
                                .thenComparing(k -> k));
    }

    /** Edit distance by Wagner and Fischer (1974), on one row. */
    private static int distance(String a, String b) {
        var row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitute, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
