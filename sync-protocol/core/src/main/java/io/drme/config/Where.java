package io.drme.config;

/**
 * A place in a file.
 *
 * @param file as the person named it
 * @param line from 1
 * @param column from 1
 */
public record Where(String file, int line, int column) {
    @Override
    public String toString() {
        return file + ":" + line;
    }
}
