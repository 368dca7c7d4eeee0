package io.drme.edge.config;

import io.drme.config.InvalidConfigException;
import io.drme.config.Problems;
import java.nio.file.Path;

/**
 * A file that is read in the place of one that the configuration includes, to see what would come
 * of it before it stands there.
 *
 * @param target where it would stand, absolute; need not be there
 * @param source what is read; files that it names are beside it
 */
public record PartDraft(Path target, Path source) {

    /**
     * Where a part of this name belongs: into the first folder of which the configuration includes
     * all files.
     *
     * @param configuration the top file
     * @param name the part's file name, such as {@code press-3.yaml}
     * @throws InvalidConfigException where the configuration can't be read, or includes no such
     *     folder
     */
    public static Path place(Path configuration, String name) throws InvalidConfigException {
        var problems = new Problems();
        var found = new Includes(problems).place(configuration, name);
        problems.throwIfAny(configuration.toString());
        return found.orElseThrow(
                () -> new IllegalStateException("no place and no problem: " + configuration));
    }
}
