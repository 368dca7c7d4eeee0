package io.drme.schema;

import io.drme.model.StreamKind;

/**
 * The gateway went on in a new epoch, and keeps nothing of one before but what it framed anew: what
 * the centre held of it then, or knew to be lost. A centre that is restored to a state before lacks
 * a part of that for good; by this it knows, and closes these numbers.
 *
 * @param epoch the epoch that ended, 32 hexadecimal digits
 * @param stream events or data
 * @param held the numbers that the centre held, for example {@code 1-40,43}
 */
public record EpochEnded(String epoch, StreamKind stream, String held) implements Payload {

    void write(AvroWriter out) {
        out.putString(epoch).putString(stream.text()).putString(held);
    }

    static EpochEnded read(AvroReader in) throws BadEventException {
        return new EpochEnded(in.takeString(), Drop.stream(in), in.takeString());
    }
}
