/**
 * A reader of blocks, journal, log, events and sync messages that was written from the pages {@code
 * docs/block.md}, {@code log.md}, {@code events.md} and {@code sync.md} alone and shares no code
 * with the product: so the pages are known to be enough. It takes any shortcut in speed.
 */
@NullMarked
package io.drme.testing.independent;

import org.jspecify.annotations.NullMarked;
