package io.drme.web;

/**
 * One query parameter of a route.
 *
 * @param name as in the URL
 * @param form what it has to look like, for example {@code RFC 3339 time}
 * @param description what it does
 * @param required whether the request is refused without it
 */
public record Parameter(String name, String form, String description, boolean required) {}
