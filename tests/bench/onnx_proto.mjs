// The part of ONNX's file format that to_onnx.mjs writes, and short ways to write it.
import protobuf from 'protobufjs';

const schema = `
syntax = "proto3";
package onnx;
message AttributeProto { string name = 1; int64 i = 3; bytes s = 4; repeated int64 ints = 8; repeated bytes strings = 9;
  int32 type = 20; }
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message NodeProto { repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4;
  repeated AttributeProto attribute = 5; }
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message ModelProto { int64 ir_version = 1; string producer_name = 2; GraphProto graph = 7;
  repeated OperatorSetIdProto opset_import = 8; }
message GraphProto { repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12; }
message TensorProto { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
message TypeProto { message Tensor { int32 elem_type = 1; TensorShapeProto shape = 2; } Tensor tensor_type = 1; }
message TensorShapeProto { message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
  repeated Dimension dim = 1; }`;

const Model = protobuf.parse(schema, { keepCase: true }).root.lookupType('onnx.ModelProto');

/** Numbers of AttributeProto.AttributeType and TensorProto.DataType. */
const attribute_types = { int: 2, string: 3, ints: 7, strings: 8 };
export const float32 = 1;
export const int64 = 7;

function attribute(name, value) {
  const bytes = (text) => Buffer.from(text);
  if (typeof value === 'number') return { name, i: value, type: attribute_types.int };
  if (typeof value === 'string') return { name, s: bytes(value), type: attribute_types.string };
  return typeof value[0] === 'string'
    ? { name, strings: value.map(bytes), type: attribute_types.strings }
    : { name, ints: value, type: attribute_types.ints };
}

export const node = (op_type, input, output, attributes = {}) => ({
  op_type,
  input,
  output,
  attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
});

/** A constant: Float32Array, or a list of whole numbers. */
export function constant(name, dims, data) {
  const values = Array.isArray(data) ? BigInt64Array.from(data, BigInt) : data;
  const raw_data = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return { name, dims, data_type: Array.isArray(data) ? int64 : float32, raw_data };
}

/** An input or output; a size may be a name. */
export const value_info = (name, shape, elem_type = float32) => ({
  name,
  type: {
    tensor_type: {
      elem_type,
      shape: {
        dim: shape.map((size) => (typeof size === 'string' ? { dim_param: size } : { dim_value: size })),
      },
    },
  },
});

export function encode_model(graph) {
  const opset_import = [{ domain: '', version: 14 }];
  return Model.encode(
    Model.fromObject({ ir_version: 8, producer_name: 'lapis bench', opset_import, graph }),
  ).finish();
}
