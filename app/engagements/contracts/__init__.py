"""Technology contracts (技术合同): parties, amounts, registration (认定登记), landing, shares and amendments."""
