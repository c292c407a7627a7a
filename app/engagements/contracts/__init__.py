"""Technology contracts (技术合同): versions, signatures, registration and managers' shares."""
