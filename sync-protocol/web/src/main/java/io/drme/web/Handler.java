package io.drme.web;

/** Answers the requests of one route. */
@FunctionalInterface
public interface Handler {

    /**
     * Answers one request, on a virtual thread of its own, so it may block.
     *
     * @throws ProblemException when the request can't be answered; the client gets the problem
     * @throws InterruptedException when the server is closing
     */
    Reply answer(Request request) throws InterruptedException;
}
