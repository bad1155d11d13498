"""An aisle between racks of servers, for the template `server_room`."""
