package io.drme.simulation;

import java.util.Locale;
import java.util.Optional;

/** How much of a world there is. */
public enum WorldSize {
    /** Two or three gateways for some minutes: hundreds of seeds in a minute or so. */
    SMALL(2, 3, 1_200),
    /** Four to eight gateways for an hour. */
    LARGE(4, 8, 12_000);

    final int fewestGateways;
    final int mostGateways;
    final int beats;

    WorldSize(int fewestGateways, int mostGateways, int beats) {
        this.fewestGateways = fewestGateways;
        this.mostGateways = mostGateways;
        this.beats = beats;
    }

    /** The word on the command line. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The size of that word. */
    public static Optional<WorldSize> ofText(String text) {
        for (var size : values()) {
            if (size.text().equals(text)) {
                return Optional.of(size);
            }
        }
        return Optional.empty();
    }
}
