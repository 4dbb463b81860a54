"""What people use today: yardsticks that every plan is compared with."""
