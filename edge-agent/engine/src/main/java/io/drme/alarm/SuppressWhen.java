package io.drme.alarm;

import io.drme.config.Where;
import io.drme.stream.Expression;
import java.time.Duration;

/**
 * When the plant's design holds an alarm back.
 *
 * @param tag the tag that is asked, {@code {device}} standing for the alarm's own device; empty for
 *     the alarm's own tag
 * @param when true while the alarm is held back
 * @param hold how long it is held back after that; 0 to 1 d
 * @param where its place in the file
 */
public record SuppressWhen(String tag, Expression when, Duration hold, Where where) {}
