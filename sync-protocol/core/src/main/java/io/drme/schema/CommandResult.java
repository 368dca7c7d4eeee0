package io.drme.schema;

/**
 * What became of a command from the centre.
 *
 * @param command id of the command
 * @param verb what it asked for
 * @param result {@code done}, {@code refused} or {@code expired}
 * @param detail why, for a person; empty where done
 */
public record CommandResult(String command, String verb, String result, String detail)
        implements Payload {

    void write(AvroWriter out) {
        out.putString(command).putString(verb).putString(result).putString(detail);
    }

    static CommandResult read(AvroReader in) throws BadEventException {
        return new CommandResult(
                in.takeString(), in.takeString(), in.takeString(), in.takeString());
    }
}
