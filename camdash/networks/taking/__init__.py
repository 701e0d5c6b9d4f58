"""What trainers save around a network: found by the names and shapes of the network itself, and left out or said."""
