package io.drme.edge.config;

import java.nio.file.Path;

/**
 * A text that is read in the place of a tag file, to see what would come of it before it is
 * written.
 *
 * @param target the file that the configuration names, absolute
 * @param source the file from which the text comes; what is wrong is shown there
 */
record TagDraft(Path target, Path source, String text) {}
