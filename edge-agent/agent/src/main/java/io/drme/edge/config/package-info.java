/** Reads {@code gateway.yaml} into immutable records, with all problems at once. */
@NullMarked
package io.drme.edge.config;

import org.jspecify.annotations.NullMarked;
