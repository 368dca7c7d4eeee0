package io.drme.testing.independent;

import org.jspecify.annotations.Nullable;

/** A tick as text, so that what two readers saw compares: every bit of it is in the line. */
final class TickLine {
    private final StringBuilder text = new StringBuilder();

    TickLine(long group, long gatewayTime, byte outcome) {
        text.append(group).append('@').append(Long.toHexString(gatewayTime));
        text.append('!').append(outcome).append(':');
    }

    void add(String tag, long sourceTime, byte quality, long bits, @Nullable String value) {
        text.append(tag).append(' ').append(sourceTime).append(' ').append(quality).append(' ');
        text.append(Long.toHexString(bits)).append(' ').append(value == null ? "-" : value);
        text.append(';');
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
