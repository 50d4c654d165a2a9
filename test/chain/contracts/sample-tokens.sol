// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

// Compiled into sample-tokens.json (creation bytecode by contract) by the npm package solc 0.8.37: optimizer on with 200 runs, EVM version
// paris, no metadata.

/// A token as ERC-20 says, which its maker can pause.
contract SampleToken {
    string public symbol;
    uint8 public immutable decimals;
    bool public isPaused;
    mapping(address => uint256) public balanceOf;

    event Transfer(address indexed from, address indexed to, uint256 value);

    constructor(string memory givenSymbol, uint8 givenDecimals) {
        symbol = givenSymbol;
        decimals = givenDecimals;
    }

    function mint(address to, uint256 value) external {
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }

    function pause(bool paused) external {
        isPaused = paused;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        require(!isPaused, "paused");
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value;
        emit Transfer(msg.sender, to, value);
        return true;
    }
}

/// Keeps a hundredth of what is sent, and its transfer answers nothing, as some old tokens.
contract SampleTollToken {
    bytes32 public constant symbol = "TOLL";
    uint8 public constant decimals = 6;
    mapping(address => uint256) public balanceOf;

    event Transfer(address indexed from, address indexed to, uint256 value);

    function mint(address to, uint256 value) external {
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }

    function transfer(address to, uint256 value) external {
        uint256 toll = value / 100;
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value - toll;
        balanceOf[address(this)] += toll;
        emit Transfer(msg.sender, to, value - toll);
        emit Transfer(msg.sender, address(this), toll);
    }
}

/// A deposit address that is a contract: what arrives is passed on, which takes more gas than a plain transfer.
contract SampleForwarder {
    address payable public immutable target;

    event Forwarded(uint256 value);

    constructor(address payable givenTarget) {
        target = givenTarget;
    }

    receive() external payable {
        (bool isDone, ) = target.call{value: msg.value}("");
        require(isDone, "not taken");
        emit Forwarded(msg.value);
    }
}
