package io.drme.schema;

/**
 * Somebody did something that an auditor wants to see.
 *
 * @param who user or program
 * @param what verb, for example {@code users.add}
 * @param target what it was done to
 * @param detail more, for a person
 */
public record Audit(String who, String what, String target, String detail) implements Payload {

    void write(AvroWriter out) {
        out.putString(who).putString(what).putString(target).putString(detail);
    }

    static Audit read(AvroReader in) throws BadEventException {
        return new Audit(in.takeString(), in.takeString(), in.takeString(), in.takeString());
    }
}
