package io.drme.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** One benchmark: runs ours, the peers and the floor side by side, and checks every result. */
interface Bench {

    /** What {@code ./drme bench NAME} calls it. */
    String name();

    /**
     * Runs it.
     *
     * @param options what the person asked for
     * @return its rows, in the order in which they are to be shown
     * @throws Exception when it can't run at all; a result that is wrong is a row that is not valid
     */
    List<Row> run(Options options) throws Exception;

    /**
     * What a person may ask for.
     *
     * @param data a folder of CSV files to use in place of the built-in work, for {@code codec}
     * @param scratch an empty folder on the disk to be measured; deleted afterwards
     */
    record Options(Optional<Path> data, Path scratch) {}
}
