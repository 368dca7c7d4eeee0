package io.drme.driver;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** How a driver gets at one tag; each driver has its own record. */
public interface TagAddress {

    /** How the tag may be written; nothing where it is only read. */
    default Optional<Writing> writing() {
        return Optional.empty();
    }

    /**
     * That a tag may be written.
     *
     * @param safeBits the raw bits to which it falls back when nobody holds it any longer; nothing
     *     where the configuration names none
     * @param words of a text, what may be written, each with its raw bits; empty where it is none
     */
    record Writing(OptionalLong safeBits, Map<String, Long> words) {}
}
