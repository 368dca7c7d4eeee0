package io.drme.web;

import java.util.Map;
import java.util.Optional;

/**
 * A request before it is understood. Immutable.
 *
 * @param method in capitals
 * @param address the client's IP address
 * @param secure whether it came over TLS
 * @param headers the headers by their names in small letters; of a repeated one the first
 */
record Incoming(String method, String address, boolean secure, Map<String, String> headers) {
    Incoming {
        headers = Map.copyOf(headers);
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** The value of a cookie. */
    Optional<String> cookie(String name) {
        for (var pair : header("cookie").orElse("").split(";", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0 && pair.substring(0, equals).strip().equals(name)) {
                return Optional.of(pair.substring(equals + 1).strip());
            }
        }
        return Optional.empty();
    }
}
