throw new Error("acme is broken");
