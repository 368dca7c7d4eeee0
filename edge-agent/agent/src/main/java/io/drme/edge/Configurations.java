package io.drme.edge;

import io.drme.config.InvalidConfigException;
import io.drme.edge.config.GatewayConfig;
import io.drme.edge.config.GatewayConfigReader;
import io.drme.edge.config.LastGood;
import java.nio.file.Path;

/**
 * Finds the configuration to start with: the file, or the last good one where the file can't be
 * used.
 */
final class Configurations {
    private Configurations() {}

    /**
     * What the agent starts with.
     *
     * @param config checked
     * @param broken what is wrong with the file that was asked for; empty where it is the one that
     *     runs
     */
    record Choice(GatewayConfig config, String broken) {}

    /**
     * Reads the file, or the last good one.
     *
     * @throws InvalidConfigException where the file can't be used and there is no last good one
     */
    static Choice choose(GatewayConfigReader reader, Path file, LastGood lastGood)
            throws InvalidConfigException {
        try {
            var config = reader.read(file);
            // What does not fit together, such as an alarm without a tag, is found only here.
            new Layout(reader.factories()).place(config, file.toString());
            return new Choice(config, "");
        } catch (InvalidConfigException broken) {
            if (!lastGood.exists()) {
                throw broken;
            }
            return new Choice(reader.read(lastGood.file()), String.valueOf(broken.getMessage()));
        }
    }
}
