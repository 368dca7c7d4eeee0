package io.drme.driver;

/**
 * What passed between a driver and its device last.
 *
 * @param request the last request, in hex where the protocol is binary; empty where there was none
 * @param answer the last answer likewise
 * @param error the last error as a person reads it; empty where there was none
 */
public record Exchange(String request, String answer, String error) {
    /** Nothing passed yet. */
    public static final Exchange NONE = new Exchange("", "", "");
}
