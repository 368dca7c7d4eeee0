package io.drme.web;

/**
 * Who sent a request.
 *
 * @param name the user's name, as it goes into audit records; for the data directory's own token
 *     {@link #TOKEN_NAME}
 * @param role what they may do
 */
public record Who(String name, Role role) {
    /** The name that stands for whoever holds {@code DATA/token}. No user can have it. */
    public static final String TOKEN_NAME = "token";
}
